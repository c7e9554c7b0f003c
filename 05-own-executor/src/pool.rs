//! Several threads: tasks that are polled by whichever worker has time.
//!
//! [`block_on`] runs its future on the calling thread, where all is as it is
//! under [`own_executor::block_on`](crate::block_on): the future need not be
//! [`Send`], and [`own_executor::spawn`](crate::spawn) gives that thread tasks
//! of its own. Beside it there are *workers*, threads that poll what
//! [`pool::spawn`](spawn) is given. That has to be [`Send`], because each poll
//! may be on another worker.
//!
//! All that works on one thread works on a worker, but for what need not be
//! [`Send`]: [`own_executor::spawn`](crate::spawn) panics there, and a
//! [`scope`](crate::task::scope()) cannot be awaited by a task that may move.
//! Await it in the future of `block_on`, or in a `block_on` within
//! [`unblock`](crate::unblock()).
//!
//! # How it works
//!
//! **Who polls a task, and when.** A task that is ready stands in a queue,
//! once. The worker that takes it out takes its future out of its entry, polls
//! it without holding a lock, and puts it back. A task that is woken while it
//! is polled is not in a queue: its worker sees the mark when it puts the
//! future back, and puts the task into its queue then. So no two workers poll a
//! task at a time, and what was done before a wake-up is seen by the poll that
//! comes of it: mark and future are behind the same lock.
//!
//! **The order.** Each worker has a queue, first in, first out; what it wakes
//! or spawns itself is put there. What other threads wake goes to a queue for
//! all, of which a worker takes its share once in 64 polls. A worker whose
//! queue is empty *steals*: the older half of another one's. All queues are
//! plain ones behind locks.
//!
//! **Who sleeps, and who is called.** To wake a core costs forty times as much
//! as to switch to another task on this one, so a sleeper is called only for
//! what another thread pushes, or for the second task in a worker's queue. The
//! first one it takes itself, after its poll; and at most one sleeper is on its
//! way at a time, which calls the next if there is more. How none is missed is
//! told, and tried out, in `pool/queues.rs`.
//!
//! **Long polls.** A task that computes for long keeps its worker from its
//! queue. While any worker works, one or two of those that sleep therefore
//! *tick*: each millisecond they look, and take even a single task. While none
//! works none ticks, and all sleep until they are called.
//!
//! **Timers and sockets** belong to the pool, not to a worker. Each worker
//! looks at them once in 64 polls. Of those that sleep one holds the *turn*: it
//! sleeps in the reactor, until the next timer. When it has something to do, it
//! lets go of the turn, and the next worker that lies down or ticks has it. So
//! a timer or a socket waits for a tick at most, as long as a worker is idle.
//!
//! **The end.** When the future of `block_on` is ready or has panicked, the
//! workers finish the poll that they are at, and their threads end. Then all
//! tasks that are left are dropped, on the calling thread, one after another.
//! What destructors spawn is dropped as well; wakes do nothing.
//!
//! **What a waker holds** is the task, but not the pool: that it looks up by
//! number, in a list that the pool is in until it ends. A foreign thread that
//! is about to wake a task keeps the pool's queues and bells for as long, and
//! no longer.

mod pooled;
mod queues;

pub(crate) use pooled::Pooled;

use crate::entry::{Entry, Turn};
use crate::executor;
use crate::lanes;
use crate::reactor::{self, Reactor};
use crate::slots::Slots;
use crate::stage::{Stage, Task, drop_quietly, wake_all};
use crate::sync::lock;
use crate::task::JoinHandle;
use crate::timers::{Timers, until};
use queues::{Bell, Queues, Sleeper};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hint::spin_loop;
use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Waker;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
use timeline::{Lane, What, is_on};

/// Runs a future on this thread, and the tasks that it [`spawn`]s on `workers`
/// other threads, until the future is ready. The tasks that have not ended by
/// then are dropped, on this thread, once each worker has come to the end of
/// the poll that it is at. For a poll that does not end, this waits for ever.
///
/// ```
/// use own_executor::pool;
///
/// let sum = pool::block_on(2, async {
///     let one = pool::spawn(async { 1 });
///     one.await.unwrap() + 2
/// });
/// assert_eq!(sum, 3);
/// ```
///
/// # Panics
///
/// If the future panics, with what it panics with, once the tasks are dropped.
/// If `workers` is 0, or the system gives no thread for one. If it is called
/// within a future that this thread is running, on a worker or anywhere: so a
/// pool cannot be ended by one of its own workers.
#[track_caller]
pub fn block_on<F: Future>(workers: usize, future: F) -> F::Output {
    assert!(workers > 0, "a pool needs one worker at least");
    executor::assert_free();
    let _running = Running::start(workers);
    executor::block_on(future)
}

/// Lets a future run as a task of its own, on whichever worker has time.
/// Dropping the handle lets it go on by itself.
///
/// Tasks that are ready take turns; one that another worker has stolen may
/// overtake those that were before it.
///
/// What is not [`Send`] stays on its thread:
///
/// ```compile_fail,E0277
/// use std::rc::Rc;
///
/// let not_send = Rc::new(());
/// own_executor::pool::spawn(async move {
///     own_executor::task::yield_now().await;
///     drop(not_send);
/// });
/// ```
///
/// and so does a task with an output that is not:
///
/// ```compile_fail,E0277
/// own_executor::pool::spawn(async { std::rc::Rc::new(()) });
/// ```
///
/// and one that awaits a scope, which is polled on one thread:
///
/// ```compile_fail,E0277
/// use own_executor::task::scope;
///
/// own_executor::pool::spawn(async {
///     scope(async |s| drop(s.spawn(async {}))).await;
/// });
/// ```
///
/// # Panics
///
/// If it is called neither within a [`block_on`] nor on one of its workers.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    // Not in a closure: the lane has the line that calls this.
    let lane = if is_on() { Some(Lane::new("task")) } else { None };
    let handle = here(|pool, worker| {
        let stage = Box::pin(Stage::Running { future });
        JoinHandle::of_pool(pool.spawn(worker, stage, lane))
    });
    handle.expect("`pool::spawn` needs a `pool::block_on` around it")
}

/// A pool.
pub(crate) struct Pool {
    /// Differs from that of all other pools that there are and ever were.
    pub number: u64,
    pub queues: Queues<Arc<Pooled>, Rings>,
    /// All tasks that have not ended: a list for each worker and one for other
    /// threads, by where they were spawned.
    tasks: Box<[Mutex<Slots<Arc<Pooled>>>]>,
    pub timers: Mutex<Timers>,
    /// Not there before the first socket.
    reactor: OnceLock<Arc<Reactor>>,
    /// The worker that holds it looks after timers and sockets.
    turn: Mutex<()>,
}

/// What wakes a worker: it parks, or waits in the reactor.
#[derive(Clone)]
pub(crate) enum Rings {
    Thread(Thread),
    Reactor(Arc<Reactor>),
}

impl Bell for Rings {
    fn ring(&self) {
        match self {
            Rings::Thread(thread) => thread.unpark(),
            Rings::Reactor(reactor) => reactor.ring(),
        }
    }
}

/// After as many polls a worker looks at timers and sockets, and at what other
/// threads have woken.
const POLLS_A_TURN: usize = 64;

/// How long a task or a timer waits at most behind the long poll of another, as
/// long as a worker is idle.
const TICK: Duration = Duration::from_millis(1);

/// How long a worker that has done its work looks for more before it sleeps:
/// about as long as it takes to wake it.
const SPIN: Duration = Duration::from_micros(30);

/// All pools, by their numbers.
static ALL: Mutex<BTreeMap<u64, Arc<Pool>>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static HERE: RefCell<Option<Here>> = const { RefCell::new(None) };
}

/// The pool of this thread, which is a worker, or has called `block_on`.
struct Here {
    pool: Arc<Pool>,
    worker: Option<usize>,
}

/// Calls `f`, which calls no code of others, with the pool of this thread.
pub(crate) fn here<T>(f: impl FnOnce(&Pool, Option<usize>) -> T) -> Option<T> {
    let call = |here: &RefCell<Option<Here>>| {
        let here = here.borrow();
        here.as_ref().map(|here| f(&here.pool, here.worker))
    };
    HERE.try_with(call).ok().flatten()
}

pub(crate) fn is_worker() -> bool {
    here(|_, worker| worker.is_some()) == Some(true)
}

/// The pool with this number, if it has not ended.
pub(crate) fn find(number: u64) -> Option<Arc<Pool>> {
    lock(&ALL).get(&number).cloned()
}

/// The reactor for sockets that are made on this thread, if it has a pool.
pub(crate) fn reactor() -> Option<io::Result<Arc<Reactor>>> {
    here(|pool, _| pool.reactor())
}

impl Pool {
    fn new(workers: usize) -> Pool {
        Pool {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            queues: Queues::new(workers),
            tasks: (0..=workers).map(|_| Mutex::default()).collect(),
            timers: Mutex::default(),
            reactor: OnceLock::new(),
            turn: Mutex::new(()),
        }
    }

    fn reactor(&self) -> io::Result<Arc<Reactor>> {
        if self.queues.is_over() {
            return reactor::over();
        }
        if let Some(reactor) = self.reactor.get() {
            return Ok(reactor.clone());
        }
        let new = Reactor::new()?;
        let reactor = self.reactor.get_or_init(|| new).clone();
        // It parks, and is to wait in the reactor from now on.
        self.queues.call_keeper();
        Ok(reactor)
    }

    fn spawn(
        &self,
        worker: Option<usize>,
        stage: Pin<Box<dyn Task + Send>>,
        lane: Option<Lane>,
    ) -> Arc<Pooled> {
        let list = worker.unwrap_or(self.tasks.len() - 1);
        let mut tasks = lock(&self.tasks[list]);
        let (slot, generation) = tasks.next();
        let task = Arc::new(Pooled {
            number: self.number,
            key: (list, slot, generation),
            entry: Mutex::new(Entry::new(stage)),
            lane,
        });
        tasks.insert(task.clone());
        drop(tasks);
        self.queues.push(worker, task.clone());
        task
    }

    /// What a worker does.
    fn work(self: Arc<Pool>, worker: usize) {
        HERE.set(Some(Here { pool: self.clone(), worker: Some(worker) }));
        timeline::event(What::Run);
        let mut has_slept = false;
        while !self.queues.is_over() {
            if !self.queues.refill(worker, has_slept) {
                if has_slept || !self.spin(worker) {
                    self.sleep(worker, !has_slept);
                    has_slept = true;
                }
                continue;
            }
            if mem::take(&mut has_slept) {
                self.queues.pass_on(worker);
            }
            for _ in 0..POLLS_A_TURN {
                let Some(task) = self.queues.pop(worker) else { break };
                if self.poll(&task) {
                    self.queues.push(Some(worker), task);
                }
            }
            self.look_outside();
        }
    }

    /// Polls a task, if it is ready. Gives back whether it was woken meanwhile.
    fn poll(&self, task: &Arc<Pooled>) -> bool {
        let Some(mut turn) = lock(&task.entry).begin() else { return false };
        task.lane.iter().for_each(lanes::runs);
        let has_ended = turn.run(|| Waker::from(task.clone()));
        if !has_ended {
            // From `pause` on another worker may poll it.
            task.lane.iter().for_each(lanes::waits);
            return lock(&task.entry).pause(turn);
        }
        task.lane.iter().for_each(Lane::done);
        self.end_task(task, turn);
        false
    }

    /// Puts the output into its place, and tells the joiner.
    fn end_task(&self, task: &Arc<Pooled>, turn: Turn<dyn Task + Send>) {
        let end = lock(&task.entry).end(turn);
        let (list, slot, generation) = task.key;
        let removed = lock(&self.tasks[list]).remove(slot, generation);
        drop(removed);
        drop_quietly(end.gone);
        wake_all(end.joiner);
    }

    /// Looks at timers and sockets, without waiting.
    fn look_outside(&self) {
        let mut wakers = Vec::new();
        if let Some(reactor) = self.reactor.get()
            && !reactor.is_empty()
            && let Ok(_turn) = self.turn.try_lock()
        {
            wakers = reactor.wait(Some(Duration::ZERO));
        }
        wake_all(wakers);
        self.ring_timers();
    }

    fn ring_timers(&self) {
        let mut timers = lock(&self.timers);
        if timers.next().is_none() {
            return;
        }
        let rung = timers.take_due(Instant::now());
        drop(timers);
        wake_all(rung);
    }

    /// Looks for a moment whether something comes: to be called would take
    /// longer. Gives back whether it did.
    fn spin(&self, worker: usize) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < SPIN && !self.queues.is_over() {
            if !self.queues.is_empty(worker) {
                return true;
            }
            (0..50).for_each(|_| spin_loop());
        }
        false
    }

    /// Waits until there is something to do for this worker.
    fn sleep(&self, worker: usize, comes_from_work: bool) {
        let turn = self.turn.try_lock().ok();
        let due = lock(&self.timers).next();
        let reactor = turn.as_ref().and(self.reactor.get());
        let bell = match reactor {
            Some(reactor) => Rings::Reactor(reactor.clone()),
            None => Rings::Thread(thread::current()),
        };
        let keeps = turn.is_some().then_some(due);
        let sleeper = Sleeper { worker, bell, keeps, ticks: false };
        let ticks = self.queues.lie_down(sleeper, due, comes_from_work);
        let Some(ticks) = ticks else { return };
        let _waits = timeline::waiting("a task");
        let left = keeps.flatten().map(until);
        let tick = ticks.then_some(TICK);
        let left = left.into_iter().chain(tick).min();
        let mut wakers = Vec::new();
        match (reactor, left) {
            (Some(reactor), _) => wakers = reactor.wait(left),
            (None, Some(left)) => thread::park_timeout(left),
            (None, None) => thread::park(),
        }
        self.queues.get_up(worker);
        drop(turn);
        wake_all(wakers);
        self.ring_timers();
    }

    /// Drops all tasks that have not ended. A destructor may spawn more: they
    /// are dropped as well, without having been polled.
    fn end_all(&self) {
        let mut were_some = true;
        while mem::take(&mut were_some) {
            for list in &self.tasks {
                let places = lock(list).places();
                (0..places).for_each(|it| were_some |= self.end_at(list, it));
            }
        }
    }

    /// Gives back whether there was a task.
    fn end_at(&self, list: &Mutex<Slots<Arc<Pooled>>>, slot: u32) -> bool {
        let task = lock(list).at_mut(slot).map(|(_, task)| task.clone());
        let Some(task) = task else { return false };
        let turn = lock(&task.entry).begin_end();
        let mut turn = turn.expect("it is in the list until it ends");
        turn.abort();
        self.end_task(&task, turn);
        true
    }
}

/// Lives while a pool runs. Dropping it ends the pool.
struct Running {
    pool: Arc<Pool>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Running {
    fn start(workers: usize) -> Running {
        let pool = Arc::new(Pool::new(workers));
        lock(&ALL).insert(pool.number, pool.clone());
        HERE.set(Some(Here { pool: pool.clone(), worker: None }));
        let mut running = Running { pool, threads: Vec::new() };
        for worker in 0..workers {
            let pool = running.pool.clone();
            let thread =
                thread::Builder::new().name(format!("worker {worker}"));
            let thread = thread.spawn(move || pool.work(worker));
            running.threads.push(thread.expect("a worker has a thread"));
        }
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let pool = &self.pool;
        pool.queues.end();
        for thread in self.threads.drain(..) {
            // Nothing that could panic runs there but quietly.
            let _ = thread.join();
        }
        pool.end_all();
        if let Some(reactor) = pool.reactor.get() {
            reactor.end();
        }
        HERE.take();
        lock(&ALL).remove(&pool.number);
    }
}
