//! The loop: it waits for sockets, timers and other threads, and calls back.

mod soon;
mod threads;
mod waits;

pub(crate) use soon::Soon;
pub use threads::Remote;

use crate::lanes::{Lanes, Slot};
use crate::mailbox::Mailbox;
use crate::socket::{Shared, Socket};
use polling::{Events, Poller};
use std::any::Any;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use threads::Post;
use timeline::{Lane, waiting};
pub use waits::Direction;
use waits::giving;

/// What is called once, on the loop's thread.
pub type Callback = Box<dyn FnOnce(&mut Loop)>;

/// An event loop: one thread, on which callbacks take turns.
///
/// This is its contract, and each sentence is a test.
///
/// **Who may call.** Only the thread that made a loop can use it. A callback is
/// given `&mut Loop`: it may register, cancel and queue whatever it likes, and
/// no other callback runs until it has returned. Other threads have a
/// [`Remote`].
///
/// **Once.** What is registered is called at most once. Its closure is dropped
/// by the call, by [`cancel`](Loop::cancel), or with the loop, and at that
/// moment.
///
/// **A turn.** The loop waits until a socket is ready, a timer is due, or
/// something is queued or posted. Then it calls, in this order:
///
/// 1. what waits for the sockets that are ready, in the order in which the
///    kernel lists them; of one socket, what waits to read comes first;
/// 2. the timers that were due at that time, in the order of their times; of
///    two with the same time, the one that was set first;
/// 3. what was queued with [`call_soon`](Loop::call_soon), in its order, and
///    then what other threads have posted, in its order.
///
/// A wait that begins in a turn is for a later one, and so is a timer that is
/// set, even if it is due at once, and what is queued from within part 3: a
/// callback that does so for ever does not keep the others from their turn.
/// What a callback cancels is not called any more, even if it was ready.
/// Nothing is called for a socket that was closed, nor for the next one to
/// which the kernel gives its number.
///
/// **Spurious calls.** A callback may be called although its socket is not
/// ready. Then reading or writing says
/// [`WouldBlock`](std::io::ErrorKind::WouldBlock), and the callback has to wait
/// again. If the loop cannot wait for a socket, the callback is called, and its
/// next read, write or [`accept`](Socket::accept) says why.
///
/// **Time.** A timer is never called early. It is late by what the callbacks
/// before it take.
///
/// **The end.** [`run`](Loop::run) returns once nothing can be called any more:
/// no socket is waited for, no timer is set, nothing is queued or posted, no
/// thread is at work, and there is no [`Remote`]. [`stop`](Loop::stop) lets it
/// return at the end of the turn.
///
/// **Panics.** A callback that panics is dropped, like any other after its
/// call; the panic hook reports where. The others are called as ever, and when
/// `run` returns, it hands on the first panic.
///
/// **What it has not.** It watches no signals: one that interrupts the wait
/// changes nothing. No timer repeats itself: a callback sets the next one, so
/// however late it is, it is called once. A loop that runs is borrowed, so it
/// cannot be dropped. A panic hook that panics itself ends the process, as
/// everywhere in Rust.
///
/// ```
/// use callbacks::Loop;
/// use std::time::Duration;
///
/// let mut events = Loop::new()?;
/// events.after(Duration::from_millis(2), |_| println!("second"));
/// events.after(Duration::from_millis(1), |_| println!("first"));
/// events.run()?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// It stays on its thread:
///
/// ```compile_fail,E0277
/// let mut events = callbacks::Loop::new().unwrap();
/// std::thread::spawn(move || events.run());
/// ```
pub struct Loop {
    pub(crate) poller: Arc<Poller>,
    /// What the kernel has listed in this turn.
    listed: Events,
    /// What waits for sockets and timers.
    registered: BTreeMap<Cause, Registered>,
    /// A [`Deferred`](crate::Deferred) queues there what it has ready.
    pub(crate) soon: Rc<Soon>,
    mailbox: Arc<Mailbox<Post>>,
    /// What is to be called when a thread has done its work.
    at_work: HashMap<usize, Callback>,
    lanes: Lanes,
    turns: u64,
    stopping: bool,
    /// What the first callback that panicked has panicked with.
    panic: Option<Box<dyn Any + Send>>,
}

/// Something registered, so that it can be [cancelled](Loop::cancel).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(Cause);

/// Why something is called; timers come first, in the order of their times.
///
/// The last part is the number of the registration. No number is used twice, so
/// whatever is still said of a registration that is gone finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// A time has come.
    Timer(Instant, usize),
    /// The socket with this key is ready.
    Socket(usize, Direction, usize),
}

/// A callback that waits.
struct Registered {
    slot: Slot,
    then: Callback,
    /// What it waits for, if that is a socket.
    socket: Option<Rc<Shared<dyn AsFd>>>,
}

impl Registered {
    /// Lets go of its socket and its lane. So `then` can close the socket, and
    /// what it registers can have the lane.
    fn release(self) -> (Arc<Lane>, Callback) {
        (self.slot.lane.clone(), self.then)
    }
}

impl Loop {
    /// A loop with nothing to do.
    ///
    /// # Errors
    ///
    /// If the kernel has no descriptors left for it. It takes up to three, and
    /// gives them back with the last of its sockets and remotes.
    pub fn new() -> io::Result<Loop> {
        Loop::with(Lanes::default())
    }

    /// A loop whose callbacks have no lanes, for a program that has lanes for
    /// what its callbacks do.
    ///
    /// # Errors
    ///
    /// As [`Loop::new`].
    pub fn silent() -> io::Result<Loop> {
        Loop::with(Lanes::silent())
    }

    fn with(lanes: Lanes) -> io::Result<Loop> {
        let poller = Arc::new(Poller::new()?);
        let bell = poller.clone();
        Ok(Loop {
            poller,
            listed: Events::new(),
            registered: BTreeMap::new(),
            soon: Rc::new(Soon::new(lanes.clone())),
            // It writes to an eventfd or a pipe of its own, once for each wait:
            // that is never full.
            mailbox: Mailbox::new(move || drop(bell.notify())),
            at_work: HashMap::new(),
            lanes,
            turns: 0,
            stopping: false,
            panic: None,
        })
    }

    /// Calls `then` once `socket` can be read, or has come to its end. The loop
    /// keeps the socket until then.
    #[track_caller]
    pub fn when_readable<T: AsFd + 'static>(
        &mut self,
        socket: Socket<T>,
        then: impl FnOnce(&mut Loop, Socket<T>) + 'static,
    ) -> Handle {
        self.when(Direction::Read, socket.any(), giving(socket, then))
    }

    /// Calls `then` once `socket` can be written to, or is connected, or its
    /// connection is broken. The loop keeps the socket until then.
    #[track_caller]
    pub fn when_writable<T: AsFd + 'static>(
        &mut self,
        socket: Socket<T>,
        then: impl FnOnce(&mut Loop, Socket<T>) + 'static,
    ) -> Handle {
        self.when(Direction::Write, socket.any(), giving(socket, then))
    }

    /// Calls `then` at `due`, or as soon as possible if that is over.
    #[track_caller]
    pub fn at(
        &mut self,
        due: Instant,
        then: impl FnOnce(&mut Loop) + 'static,
    ) -> Handle {
        let slot = self.lanes.take("timer");
        slot.lane.waits_until(due);
        let cause = Cause::Timer(due, next_number());
        let then = Box::new(then);
        self.registered.insert(cause, Registered { slot, then, socket: None });
        Handle(cause)
    }

    /// Calls `then` when `delay` is over. A delay of more than a hundred years
    /// counts as a hundred: the clock could not count on and on.
    #[track_caller]
    pub fn after(
        &mut self,
        delay: Duration,
        then: impl FnOnce(&mut Loop) + 'static,
    ) -> Handle {
        const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);

        self.at(Instant::now() + delay.min(FOR_EVER), then)
    }

    /// Calls `then` at the end of this turn; from within a callback that was
    /// itself queued, at the end of the next.
    #[track_caller]
    pub fn call_soon(&mut self, then: impl FnOnce(&mut Loop) + 'static) {
        self.soon.push(Box::new(then));
    }

    /// Drops what was registered, uncalled, with all that it owns. Gives back
    /// `false` if it has been called or cancelled already.
    #[track_caller]
    pub fn cancel(&mut self, handle: Handle) -> bool {
        let Some(it) = self.registered.remove(&handle.0) else { return false };
        it.slot.lane.cancelled();
        true
    }

    /// Lets [`run`](Loop::run) return at the end of this turn. If the loop does
    /// not run now, its next run does one turn, without waiting. What is left
    /// is called if it runs again.
    pub fn stop(&mut self) {
        self.stopping = true;
    }

    /// How many turns there have been. A loop that spins, since it is woken for
    /// nothing, has many.
    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// Calls back until there is nothing left to call.
    ///
    /// # Errors
    ///
    /// If a loop is running on this thread already, or the kernel cannot wait.
    ///
    /// # Panics
    ///
    /// If a callback has panicked, with what it panicked with.
    pub fn run(&mut self) -> io::Result<()> {
        self.run_while(|events| !events.stopping)
    }

    /// Takes one turn, for a program that has turns of its own. After
    /// [`stop`](Loop::stop) it does not wait. Does nothing if there is nothing
    /// left to call.
    ///
    /// # Errors
    ///
    /// As [`run`](Loop::run).
    ///
    /// # Panics
    ///
    /// As [`run`](Loop::run).
    pub fn run_once(&mut self) -> io::Result<()> {
        self.run_while(|_| false)
    }

    /// Takes turns, until there is nothing left to call or `goes_on` says so.
    fn run_while(&mut self, goes_on: impl Fn(&Loop) -> bool) -> io::Result<()> {
        thread_local! {
            static RUNNING: Cell<bool> = const { Cell::new(false) };
        }
        // A callback that runs another loop would keep all others waiting.
        if RUNNING.replace(true) {
            return Err(io::Error::other(
                "a loop is running on this thread already: \
                 run this one on a thread of its own",
            ));
        }
        let mut ran = Ok(());
        while !self.is_over() && ran.is_ok() {
            ran = self.turn();
            if !goes_on(self) {
                break;
            }
        }
        RUNNING.set(false);
        self.stopping = false;
        match self.panic.take() {
            Some(payload) => resume_unwind(payload),
            None => ran,
        }
    }

    /// Set if there is nothing left to call, now or later.
    pub fn is_over(&self) -> bool {
        self.registered.is_empty()
            && self.soon.is_empty()
            && self.mailbox.is_over()
    }

    /// Waits, and then calls: what waits for sockets, timers, what is queued.
    fn turn(&mut self) -> io::Result<()> {
        self.turns += 1;
        self.wait()?;
        // What is registered from here on is for a later turn.
        let mut ready = self.ready_sockets();
        let now = Cause::Timer(Instant::now(), usize::MAX);
        ready.extend(self.registered.range(..=now).map(|(cause, _)| *cause));
        for cause in &ready {
            self.registered[cause].slot.lane.ready();
        }
        for cause in ready {
            // It is gone if a callback before it has cancelled it.
            if let Some(it) = self.registered.remove(&cause) {
                let (lane, then) = it.release();
                self.call(&lane, then);
            }
        }
        // So is what is queued or posted from here on.
        let queued = self.soon.take();
        let posted = self.mailbox.collect();
        for (slot, then) in queued {
            self.call(&slot.lane, then);
        }
        for (slot, then) in posted {
            self.call(&slot.lane, then);
        }
        Ok(())
    }

    /// Waits until there is something to call.
    fn wait(&mut self) -> io::Result<()> {
        let timeout = match self.registered.first_key_value() {
            _ if self.stopping || !self.soon.is_empty() => Some(Duration::ZERO),
            Some((Cause::Timer(due, _), _)) => {
                Some(due.saturating_duration_since(Instant::now()))
            }
            _ => None,
        };
        let waits = timeout != Some(Duration::ZERO);
        let _waiting = waits.then(|| waiting("any of them"));
        self.listed.clear();
        self.poller.wait(&mut self.listed, timeout)?;
        Ok(())
    }

    /// Calls `then` on its lane, and keeps what it panics with.
    fn call(&mut self, lane: &Lane, then: Callback) {
        lane.runs();
        // A panic leaves the loop whole, and what the callback has begun, such
        // as a timer that it has set, stays.
        let called = catch_unwind(AssertUnwindSafe(|| then(self)));
        if let Err(payload) = called {
            self.panic.get_or_insert(payload);
        }
        // Unless it has begun to wait.
        if timeline::current() == lane.id() {
            lane.idles();
        }
    }
}

/// A number for a socket, a wait, a timer or a thread's work. None is given
/// twice, not even by two loops: a handle means nothing to another loop.
pub(crate) fn next_number() -> usize {
    // Relaxed: the numbers order nothing else.
    static LAST: AtomicUsize = AtomicUsize::new(0);
    LAST.fetch_add(1, Relaxed)
}

impl Drop for Loop {
    fn drop(&mut self) {
        // Both queues refuse more before the first callback in them is dropped:
        // its destructor may queue or post.
        let posted = self.mailbox.close();
        self.soon.close();
        drop(posted);
    }
}
