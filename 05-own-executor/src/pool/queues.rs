//! The queues of a pool, and its sleepers: how a worker gets to its tasks, and
//! how it falls asleep without missing one.
//!
//! All of it is behind locks but one number, [`Queues::callable`], which says
//! whether a worker may be called. To look at it costs no lock, and this is
//! right because of the order in which things are done:
//!
//! - What pushes a task first pushes it (under the queue's lock) and then looks
//!   at the number.
//! - A worker that lies down first raises the number, and then looks into the
//!   queues (under their locks).
//!
//! Of the two looks at the same queue, one is the later. If it is the worker's,
//! it finds the task. If it is the other's, it sees the raised number, and
//! calls a worker. A worker that was called lowers the number as long as it is
//! on its way, and looks into the queues after that; so it stands for all that
//! is pushed meanwhile, in the same way.
//!
//! This file is compiled a second time, with the locks and threads of `loom`,
//! in the tests, which try all orders.

use super::{AtomicBool, AtomicUsize, Mutex, Ordering, lock};
use std::collections::VecDeque;
use std::time::Instant;

/// What is to be done by a number of workers, and which of them sleep.
pub struct Queues<T, B> {
    /// One for each worker. The last is for what comes from other threads.
    queues: Box<[Queue<T>]>,
    sleepers: Mutex<Sleepers<B>>,
    /// How many workers may be called: none, while one is on its way.
    callable: AtomicUsize,
    is_over: AtomicBool,
}

/// Far enough from the next one that two workers do not share a cache line.
#[repr(align(128))]
struct Queue<T>(Mutex<VecDeque<T>>);

struct Sleepers<B> {
    asleep: Vec<Sleeper<B>>,
    /// Set while one that was called has not got up yet.
    is_one_coming: bool,
}

/// What stands in a queue. It is told so, for a recording, while the queue that
/// it goes to, or comes from, is locked: so the recording has the same order.
pub trait Queued {
    /// It is put into the queue with this number.
    fn is_pushed(&self, queue: usize);

    /// It is moved into the queue with this number, by the worker of that.
    fn is_moved(&self, queue: usize);
}

/// How a worker sleeps.
pub struct Sleeper<B> {
    pub worker: usize,
    pub bell: B,
    /// Set if it looks after timers and sockets, with the instant when it will
    /// get up to do so, if there is one.
    pub keeps: Option<Option<Instant>>,
    /// Set if it gets up after a tick, and looks whether another worker is in a
    /// long poll.
    pub ticks: bool,
}

/// What wakes a worker.
pub trait Bell: Clone {
    fn ring(&self);
}

/// As many sleepers tick. One is enough; with two, one can go to work without
/// calling another in its place.
const TICKING: usize = 2;

impl<T: Queued, B: Bell> Queues<T, B> {
    pub fn new(workers: usize) -> Queues<T, B> {
        let queue = |_| Queue(Mutex::new(VecDeque::new()));
        let asleep = Vec::new();
        Queues {
            queues: (0..=workers).map(queue).collect(),
            sleepers: Mutex::new(Sleepers { asleep, is_one_coming: false }),
            callable: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        }
    }

    fn workers(&self) -> usize {
        self.queues.len() - 1
    }

    /// Puts something into the queue of the worker that does this, or into the
    /// one for other threads. Calls a worker, if one sleeps.
    ///
    /// But not for the only thing in a worker's own queue: it will take that
    /// itself as soon as its poll is over, long before another would be awake.
    /// If the poll is long, a sleeper that ticks will find it.
    pub fn push(&self, worker: Option<usize>, what: T) {
        let number = worker.unwrap_or(self.workers());
        let mut queue = lock(&self.queues[number].0);
        what.is_pushed(number);
        queue.push_back(what);
        let is_only = queue.len() == 1;
        drop(queue);
        if !(is_only && worker.is_some()) {
            self.call();
        }
    }

    /// Takes the first thing from a worker's own queue; nothing, if all is
    /// over.
    pub fn pop(&self, worker: usize) -> Option<T> {
        match self.is_over() {
            true => None,
            false => lock(&self.queues[worker].0).pop_front(),
        }
    }

    /// Fetches half of what other threads have pushed. If the worker's own
    /// queue is still empty then, it *steals* half of another worker's; from
    /// one with a single thing only if it is told to. Gives back whether there
    /// is something in the worker's queue now.
    pub fn refill(&self, worker: usize, even_single: bool) -> bool {
        let workers = self.workers();
        self.fetch(workers, worker, 1);
        let least = if even_single { 1 } else { 2 };
        let others = (1..workers).map(|n| (worker + n) % workers);
        !lock(&self.queues[worker].0).is_empty()
            || others.into_iter().any(|other| self.fetch(other, worker, least))
    }

    /// Moves half of a queue, if there is at least so much. The older half.
    fn fetch(&self, from: usize, to: usize, least: usize) -> bool {
        let mut queue = lock(&self.queues[from].0);
        if queue.len() < least {
            return false;
        }
        let half = queue.len().div_ceil(2);
        let mut fetched: VecDeque<T> = queue.drain(..half).collect();
        fetched.iter().for_each(|it| it.is_moved(to));
        // Never two locks at a time: the other may be about to fetch from here.
        drop(queue);
        lock(&self.queues[to].0).append(&mut fetched);
        true
    }

    /// A worker that was asleep has something to do. Calls another: to take a
    /// part of it, or because no sleeper ticks any more.
    pub fn pass_on(&self, worker: usize) {
        let is_much = lock(&self.queues[worker].0).len() > 1;
        let is_watched =
            || lock(&self.sleepers).asleep.iter().any(|it| it.ticks);
        if is_much || !is_watched() {
            self.call();
        }
    }

    /// Calls a sleeper; rather not the one that looks after the sockets.
    fn call(&self) {
        // Most often none sleeps, or one is on its way.
        if self.callable.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut sleepers = lock(&self.sleepers);
        if sleepers.is_one_coming || sleepers.asleep.is_empty() {
            return;
        }
        let asleep = &mut sleepers.asleep;
        let free = asleep.iter().rposition(|it| it.keeps.is_none());
        let called = asleep.remove(free.unwrap_or(0));
        sleepers.is_one_coming = true;
        self.count(&sleepers);
        drop(sleepers);
        called.bell.ring();
    }

    fn count(&self, sleepers: &Sleepers<B>) {
        let none = sleepers.is_one_coming;
        let callable = if none { 0 } else { sleepers.asleep.len() };
        self.callable.store(callable, Ordering::Relaxed);
    }

    /// Enters a worker that found nothing among the sleepers, `due` being the
    /// next timer. Gives back whether it ticks; nothing, if there is something
    /// to do after all.
    ///
    /// One ticks that comes from work, or while another works. So there is none
    /// that ticks if all sleep for long: they cost no time.
    pub fn lie_down(
        &self,
        mut sleeper: Sleeper<B>,
        due: Option<Instant>,
        comes_from_work: bool,
    ) -> Option<bool> {
        let worker = sleeper.worker;
        let mut sleepers = lock(&self.sleepers);
        let asleep = &mut sleepers.asleep;
        let others_work = asleep.len() + 1 < self.workers();
        let ticking = asleep.iter().filter(|it| it.ticks).count();
        let ticks = ticking < TICKING && (comes_from_work || others_work);
        sleeper.ticks = ticks && self.workers() > 1;
        let ticks = sleeper.ticks;
        // The one that looks after timers may sleep for too long now.
        let keeper = asleep.iter().find(|it| it.keeps.is_some());
        let is_late =
            |until: Option<Instant>| until.is_none_or(|it| due < Some(it));
        let late =
            keeper.filter(|it| due.is_some() && it.keeps.is_some_and(is_late));
        let late = late.map(|it| it.bell.clone());
        asleep.push(sleeper);
        self.count(&sleepers);
        drop(sleepers);
        late.inspect(Bell::ring);
        // From here on it will be called. What came before is found now.
        if self.is_over() || !self.is_empty(worker) {
            self.get_up(worker);
            return None;
        }
        Some(ticks)
    }

    /// Set if there is nothing that a worker would be called for.
    pub fn is_empty(&self, worker: usize) -> bool {
        let is_empty = |(n, queue): (usize, &Queue<T>)| {
            let own_or_outside = n == worker || n == self.workers();
            lock(&queue.0).len() < if own_or_outside { 1 } else { 2 }
        };
        self.queues.iter().enumerate().all(is_empty)
    }

    /// Takes a worker from the sleepers, whether it was called or not.
    pub fn get_up(&self, worker: usize) {
        let mut sleepers = lock(&self.sleepers);
        let asleep = &mut sleepers.asleep;
        match asleep.iter().position(|it| it.worker == worker) {
            Some(n) => drop(asleep.remove(n)),
            None => sleepers.is_one_coming = false,
        }
        self.count(&sleepers);
    }

    /// Has the sleeper get up that looks after timers and sockets.
    pub fn call_keeper(&self) {
        let sleepers = lock(&self.sleepers);
        let keeper = sleepers.asleep.iter().find(|it| it.keeps.is_some());
        let bell = keeper.map(|it| it.bell.clone());
        drop(sleepers);
        bell.inspect(Bell::ring);
    }

    /// From now on no worker lies down.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        let asleep = std::mem::take(&mut lock(&self.sleepers).asleep);
        asleep.iter().for_each(|it| it.bell.ring());
    }

    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }
}
