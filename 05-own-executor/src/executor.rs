//! The executor: it polls the tasks of one thread in turns.

use crate::budget;
use crate::entry::{Entry, Turn};
use crate::lanes::{Lanes, Root};
use crate::mail::{self, Inbox, Letter};
use crate::number::Number;
use crate::pool;
use crate::reactor::{self, Reactor};
use crate::slots::Slots;
use crate::stage::{Stage, Task, drop_quietly, wake_all};
use crate::task::JoinHandle;
use crate::timers::{Timers, until};
use crate::waker::waker;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

thread_local! {
    static HERE: Executor = Executor::new();
}

/// The executor of one thread. It has tasks only while `block_on` runs.
pub struct Executor {
    inbox: Arc<Inbox>,
    tasks: RefCell<Slots<Entry<dyn Task>>>,
    /// The places of those that are to be polled, in this order.
    ready: RefCell<VecDeque<u32>>,
    /// How many are polled in this turn, at most, before we look outside.
    polls: Cell<usize>,
    /// Set if the future of `block_on` is to be polled.
    root_is_ready: Cell<bool>,
    /// How often `block_on` was called.
    runs: Cell<u32>,
    is_running: Cell<bool>,
    /// How many tasks have not ended.
    alive: Cell<usize>,
    lanes: Lanes,
    root: Root,
    /// Tasks of whose end other threads want to hear.
    asked: RefCell<Vec<(Number, Arc<AtomicBool>)>>,
    pub timers: RefCell<Timers>,
    /// Not there before the first socket.
    reactor: RefCell<Option<Arc<Reactor>>>,
}

/// After as many polls the executor looks at timers, sockets and letters.
const POLLS_A_TURN: usize = 64;

/// Runs a future on this thread, with all the tasks that it spawns, until it is
/// ready. The tasks that have not ended by then are dropped.
///
/// The future and the tasks take turns: each runs until it waits. While none is
/// ready, the thread sleeps.
///
/// ```
/// let sum = own_executor::block_on(async {
///     let one = own_executor::spawn(async { 1 });
///     one.await.unwrap() + 2
/// });
/// assert_eq!(sum, 3);
/// ```
///
/// # Panics
///
/// If the future panics, with what it panics with, once the tasks are dropped.
/// If it is called within a future that this thread is running: the futures
/// around it could not go on.
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    assert_free();
    HERE.with(|here| here.is_running.set(true));
    HERE.with(|here| here.run(future))
}

/// # Panics
///
/// If this thread runs futures already.
#[track_caller]
pub fn assert_free() {
    assert!(
        !pool::is_worker() && !HERE.with(|here| here.is_running.get()),
        "`block_on` within a `block_on` of the same thread would keep the \
         outer one waiting: await the future instead"
    );
}

/// Lets a future run as a task of its own, beside the one that calls this. It
/// is polled for the first time after all that are ready by now.
///
/// It runs on this thread, so it need not be [`Send`]. It is dropped when
/// `block_on` returns. Dropping the handle lets it go on by itself.
///
/// # Panics
///
/// If no `block_on` runs on this thread; so too on a worker of a
/// [`pool`](crate::pool), whose tasks are [`Send`].
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let line = Location::caller();
    let handle = HERE.with(|here| {
        let is_running = here.is_running.get();
        is_running.then(|| here.spawn(future, line))
    });
    handle.expect(
        "`spawn` needs a `block_on` that runs on this thread (on a worker use \
         `pool::spawn`)",
    )
}

/// Wakes a task, from whatever thread.
pub fn wake(number: Number) {
    // Its thread may be ending, with what is local to it gone.
    let is_here = HERE.try_with(|here| {
        here.inbox.number() == number.executor() && {
            here.wake(number);
            true
        }
    });
    if is_here != Ok(true) {
        mail::wake(number);
    }
}

/// Calls `f` with the executor of this thread, unless the thread is ending.
pub fn with_here<T>(f: impl FnOnce(&Executor) -> T) -> Option<T> {
    HERE.try_with(f).ok()
}

impl Executor {
    fn new() -> Executor {
        Executor {
            inbox: Inbox::new(),
            tasks: RefCell::new(Slots::new()),
            ready: RefCell::default(),
            polls: Cell::new(0),
            root_is_ready: Cell::new(false),
            runs: Cell::new(0),
            is_running: Cell::new(false),
            alive: Cell::new(0),
            asked: RefCell::default(),
            timers: RefCell::default(),
            lanes: Lanes::of("task"),
            root: Root::default(),
            reactor: RefCell::default(),
        }
    }

    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// The reactor, which is made for the first socket.
    ///
    /// # Errors
    ///
    /// If no `block_on` runs, or there are no descriptors left.
    pub fn reactor(&self) -> io::Result<Arc<Reactor>> {
        if !self.is_running.get() {
            return reactor::over();
        }
        if let Some(reactor) = &*self.reactor.borrow() {
            return Ok(reactor.clone());
        }
        let reactor = Reactor::new()?;
        self.inbox.set_reactor(Some(reactor.clone()));
        self.reactor.replace(Some(reactor.clone()));
        Ok(reactor)
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        let _running = Running::begin(self);
        let mut root = pin!(future);
        let waker = waker(self.number_of(Number::ROOT, self.runs.get()));
        let mut context = Context::from_waker(&waker);
        loop {
            if self.root_is_ready.take() {
                budget::renew();
                self.root.runs();
                if let Poll::Ready(output) = root.as_mut().poll(&mut context) {
                    return output;
                }
                self.root.waits();
            }
            self.polls.set(POLLS_A_TURN);
            while let Some(left) = self.polls.get().checked_sub(1) {
                self.polls.set(left);
                let Some(slot) = self.ready.borrow_mut().pop_front() else {
                    break;
                };
                self.poll(slot);
            }
            self.look_outside();
        }
    }

    /// A task yields: those before it have their turn, and then we look outside
    /// before it is polled again.
    pub fn note_yield(&self) {
        let before = self.ready.borrow().len();
        self.polls.set(self.polls.get().min(before));
    }

    fn number_of(&self, slot: u32, generation: u32) -> Number {
        Number::new(self.inbox.number(), generation, slot)
    }

    fn spawn<F>(
        &self,
        future: F,
        line: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let entry = Entry::<dyn Task>::new(Box::pin(Stage::Running { future }));
        let (slot, generation) = self.tasks.borrow_mut().insert(entry);
        self.alive.set(self.alive.get() + 1);
        self.lanes.is_ready(slot, &self.inbox, Some(line));
        self.ready.borrow_mut().push_back(slot);
        JoinHandle::new(self.number_of(slot, generation), self.inbox.serial)
    }

    /// Sees to it that a task is polled. One that is gone, or is to be polled
    /// anyway, is left alone.
    fn wake(&self, number: Number) {
        let (slot, generation) = (number.slot(), number.generation());
        if slot == Number::ROOT {
            if generation == self.runs.get() && !self.root_is_ready.get() {
                self.root.is_ready();
                self.root_is_ready.set(true);
            }
            return;
        }
        if let Some(entry) = self.tasks.borrow_mut().get_mut(slot, generation)
            && entry.make_ready()
        {
            self.lanes.is_ready(slot, &self.inbox, None);
            self.ready.borrow_mut().push_back(slot);
        }
    }

    /// Polls a task that is ready, or drops it, if it has been aborted.
    fn poll(&self, slot: u32) {
        let mut tasks = self.tasks.borrow_mut();
        // It may have ended in the poll in which it was woken. Its place may be
        // another's by now: then that one is polled a little early.
        let Some((generation, entry)) = tasks.at_mut(slot) else { return };
        let Some(mut turn) = entry.begin() else { return };
        drop(tasks);
        self.lanes.runs(slot);
        let has_ended = turn.run(|| waker(self.number_of(slot, generation)));
        self.lanes.stops(slot, has_ended);
        self.put_back(slot, turn, has_ended);
    }

    /// Puts a task back into its place, or tells its joiner that it has ended.
    fn put_back(&self, slot: u32, turn: Turn<dyn Task>, has_ended: bool) {
        let mut tasks = self.tasks.borrow_mut();
        let (generation, entry) = tasks.at_mut(slot).expect("it is kept");
        if !has_ended {
            entry.pause(turn);
            return;
        }
        self.alive.set(self.alive.get() - 1);
        let end = entry.end(turn);
        if end.gone.is_some() {
            tasks.remove(slot, generation);
        }
        // Wakers and destructors may do whatever they like.
        drop(tasks);
        drop_quietly(end.gone);
        if !self.asked.borrow().is_empty() {
            self.tell_of(self.number_of(slot, generation));
        }
        wake_all(end.joiner);
    }

    /// Looks at letters, timers and sockets; waits for one of them, if no task
    /// is ready.
    fn look_outside(&self) {
        let is_idle = !self.root_is_ready.get()
            && self.ready.borrow().is_empty()
            && !self.inbox.has_mail();
        let due = self.timers.borrow().next();
        let left = match due {
            _ if !is_idle => Some(Duration::ZERO),
            due => due.map(until),
        };
        let reactor = self.reactor.borrow().clone();
        match (reactor, left) {
            (Some(reactor), Some(Duration::ZERO)) if reactor.is_empty() => {}
            (Some(reactor), left) => {
                wake_all(reactor.wait(left));
            }
            (None, Some(Duration::ZERO)) => {}
            (None, Some(left)) => thread::park_timeout(left),
            (None, None) => thread::park(),
        }
        self.read_mail();
        if due.is_some() {
            let rung = self.timers.borrow_mut().take_due(Instant::now());
            wake_all(rung);
        }
    }

    fn read_mail(&self) {
        for letter in self.inbox.collect() {
            match letter {
                Letter::Wake(number) => self.wake(number),
                Letter::Abort(number) => self.abort(number),
                Letter::Detach(number) => self.detach(number),
                Letter::Call(call) => call(),
                Letter::Tell(number, heard) => {
                    self.asked.borrow_mut().push((number, heard));
                    if self.has_ended(number) {
                        self.tell_of(number);
                    }
                }
                Letter::Cancel(key) => {
                    let waker = self.timers.borrow_mut().cancel(key);
                    drop(waker);
                }
            }
        }
    }

    /// Tells other threads that a task has ended.
    fn tell_of(&self, number: Number) {
        self.asked.borrow_mut().retain(|(asked, heard)| {
            let is_it = *asked == number;
            if is_it {
                heard.store(true, Ordering::Release);
            }
            !is_it
        });
    }

    /// Has a task dropped when its turn comes. One that runs now is dropped if
    /// it waits once more.
    pub fn abort(&self, number: Number) {
        let (slot, generation) = (number.slot(), number.generation());
        if let Some(entry) = self.tasks.borrow_mut().get_mut(slot, generation) {
            entry.abort();
        }
        self.wake(number);
    }

    /// Nothing asks for the output of this task any more.
    pub fn detach(&self, number: Number) {
        let (slot, generation) = (number.slot(), number.generation());
        let mut tasks = self.tasks.borrow_mut();
        let Some(entry) = tasks.get_mut(slot, generation) else { return };
        let end = entry.detach();
        if end.gone.is_some() {
            tasks.remove(slot, generation);
        }
        drop(tasks);
        drop(end.joiner);
        drop_quietly(end.gone);
    }

    pub fn has_ended(&self, number: Number) -> bool {
        let (slot, generation) = (number.slot(), number.generation());
        let mut tasks = self.tasks.borrow_mut();
        tasks.get_mut(slot, generation).is_none_or(|entry| entry.has_ended())
    }

    /// Takes a task that has ended, so that its output can be taken out.
    /// Otherwise the task that asks is woken when it ends.
    pub fn join(
        &self,
        number: Number,
        context: &Context<'_>,
    ) -> Poll<Pin<Box<dyn Task>>> {
        let (slot, generation) = (number.slot(), number.generation());
        let mut tasks = self.tasks.borrow_mut();
        let entry = tasks.get_mut(slot, generation).expect("its handle lives");
        let joined = entry.join(context);
        if joined.is_ok() {
            tasks.remove(slot, generation);
        }
        drop(tasks);
        joined.map_or_else(|_old| Poll::Pending, Poll::Ready)
    }

    /// Drops all tasks that have not ended. A destructor may spawn more: they
    /// are dropped as well, without having been polled.
    fn end_all(&self) {
        let mut slot = 0;
        while self.alive.get() > 0 {
            let mut tasks = self.tasks.borrow_mut();
            slot = (slot + 1) % tasks.places();
            let entry = tasks.at_mut(slot).map(|(_, entry)| entry);
            let Some(mut turn) = entry.and_then(Entry::begin_end) else {
                continue;
            };
            drop(tasks);
            turn.abort();
            self.put_back(slot, turn, true);
        }
    }

    /// Drops what was written too late, and lets go of the outputs that nothing
    /// asks for.
    fn end_mail(&self) {
        self.inbox.set_open(false);
        for letter in self.inbox.collect() {
            match letter {
                Letter::Detach(number) => self.detach(number),
                Letter::Tell(_, heard) => heard.store(true, Ordering::Release),
                _ => {}
            }
        }
    }

    /// Ends the sockets that live longer than the tasks.
    fn end_reactor(&self) {
        self.inbox.set_reactor(None);
        // Waking may make another one.
        while let Some(reactor) = self.reactor.take() {
            self.inbox.set_reactor(None);
            reactor.end();
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.inbox.remove();
    }
}

/// Lives while `block_on` runs. Dropping it ends all tasks, also if the future
/// has panicked.
struct Running<'a>(&'a Executor);

impl Running<'_> {
    fn begin(here: &Executor) -> Running<'_> {
        here.root_is_ready.set(true);
        here.inbox.set_open(true);
        Running(here)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let here = self.0;
        here.end_all();
        here.end_mail();
        here.end_reactor();
        here.ready.take();
        here.lanes.clear();
        here.runs.set((here.runs.get() + 1) % Number::GENERATIONS);
        here.root_is_ready.set(false);
        budget::lift();
        here.is_running.set(false);
    }
}
