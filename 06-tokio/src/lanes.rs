//! What the timeline shows of tasks: which are ready, which one runs, and what
//! the others wait for. Tokio need not know of it: a future around the task's
//! own sees each of its polls, and a waker around tokio's sees what wakes it.

use pin_project_lite::pin_project;
use std::cell::RefCell;
use std::fmt::Display;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;
use timeline::{Id, Lane, Source, UNORDERED, What, is_on, on_our_clock};
use tokio::task;

/// Shows a task in the timeline, from now on until it has ended. One without a
/// name is given a number.
///
/// It is the same future otherwise. While nothing is recorded, a poll costs one
/// branch more.
///
/// What only tokio knows is not shown: which line awaits a future of tokio's
/// own (its `poll` does not say who calls it; [`waits_for`] does), and that a
/// task is woken because it has joined another (tokio wakes it when the lane of
/// the other has ended already).
///
/// ```
/// use with_tokio::lane;
///
/// # let runtime = tokio::runtime::Runtime::new()?;
/// # runtime.block_on(async {
/// let task = tokio::spawn(lane("the answer", async { 42 }));
/// assert_eq!(task.await.unwrap(), 42);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn lane<F: Future>(name: impl Display, future: F) -> InLane<F> {
    let line = Some(Location::caller());
    let shown = || Shown::in_lane(Lane::named_from("task", name, line));
    let shown = is_on().then(shown);
    InLane { future, shown }
}

/// Says what the task waits for while it waits for this future. If the future
/// says so itself, that counts.
///
/// It is the same future otherwise.
pub fn waits_for<F: Future>(what: &'static str, future: F) -> WaitsFor<F> {
    WaitsFor { future, what: What::Wait(what) }
}

/// The same for a time: a task that waits for longer is shown to be late.
pub fn waits_until<F: Future>(due: Instant, future: F) -> WaitsFor<F> {
    WaitsFor { future, what: What::Until(on_our_clock(due)) }
}

pin_project! {
    /// What [`lane`] gives back.
    #[must_use = "it does nothing unless it is awaited"]
    #[derive(Debug)]
    pub struct InLane<F> {
        // Dropped first: its lane has what its destructors record, too.
        #[pin]
        future: F,
        // Not there if nothing is recorded, or if it has ended.
        shown: Option<Shown>,
    }
}

pin_project! {
    /// What [`waits_for`] and [`waits_until`] give back.
    #[must_use = "it does nothing unless it is awaited"]
    #[derive(Debug)]
    pub struct WaitsFor<F> {
        #[pin]
        future: F,
        what: What<'static>,
    }
}

thread_local! {
    /// What the task that runs on this thread waits for, and the line that
    /// awaits it.
    static WAIT: RefCell<Option<(What<'static>, Source)>> =
        const { RefCell::new(None) };
    /// The lane of this thread.
    static OWN: Id = timeline::current();
}

/// Records it about this thread, unless a task runs: one that is shown may have
/// others within it.
fn of_the_thread(what: What<'_>) {
    if OWN.with(|own| *own == timeline::current()) {
        timeline::event(what);
    }
}

impl<F: Future> Future for InLane<F> {
    type Output = F::Output;

    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let this = self.project();
        let Some(shown) = this.shown else { return this.future.poll(context) };
        let waker = shown.runs(context.waker());
        let polled = this.future.poll(&mut Context::from_waker(&waker));
        match polled {
            Poll::Pending => shown.waits(size_of::<F>()),
            Poll::Ready(_) => *this.shown = None,
        }
        // The thread of `block_on` does other things when its future has ended.
        if polled.is_pending() || task::try_id().is_some() {
            of_the_thread(What::Wait("a task"));
        }
        polled
    }
}

impl<F: Future> Future for WaitsFor<F> {
    type Output = F::Output;

    /// The line that calls this is that of the `.await`.
    #[track_caller]
    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let this = self.project();
        let polled = this.future.poll(context);
        if polled.is_pending() && is_on() {
            let wait = (*this.what, Some(Location::caller()));
            WAIT.with_borrow_mut(|it| _ = it.get_or_insert(wait));
        }
        polled
    }
}

/// A task that is shown. To drop it ends the lane, and not only once nothing
/// has a waker any more.
#[derive(Debug)]
struct Shown(Arc<Bell>);

/// The waker of a task that is shown.
#[derive(Debug)]
struct Bell {
    lane: Lane,
    turn: Mutex<Turn>,
}

/// Between two polls a task may go to another thread, and any thread may wake
/// it at any time. So each event is recorded under the lock of this: then the
/// recording has them in the order in which they were.
#[derive(Debug)]
struct Turn {
    now: Now,
    /// The one of the last poll.
    waker: Option<Waker>,
}

#[derive(Debug)]
enum Now {
    Ready,
    Runs { is_woken: bool },
    Waits,
    Ended,
}

impl Shown {
    /// A task that is ready for its first poll.
    fn in_lane(lane: Lane) -> Shown {
        let turn = Turn { now: Now::Ready, waker: None };
        Shown(Arc::new(Bell { lane, turn: Mutex::new(turn) }))
    }

    /// It is polled. Gives back the waker to poll it with.
    fn runs(&self, waker: &Waker) -> Waker {
        let Shown(bell) = self;
        let mut turn = bell.lock();
        turn.waker = Some(waker.clone());
        turn.now = Now::Runs { is_woken: false };
        WAIT.set(None);
        of_the_thread(What::Run);
        bell.lane.runs();
        Waker::from(bell.clone())
    }

    /// It has been polled, and its future, which takes `bytes`, has paused.
    fn waits(&self, bytes: usize) {
        let Shown(bell) = self;
        let mut turn = bell.lock();
        let is_woken = matches!(turn.now, Now::Runs { is_woken: true });
        let unnamed = (What::Wait("a wake-up"), None);
        let (what, line) = WAIT.take().unwrap_or(unnamed);
        let place = format!("future, {bytes} bytes");
        bell.lane.record_from(What::Kept(&place), line);
        bell.lane.record_from(what, line);
        turn.now = if is_woken { Now::Ready } else { Now::Waits };
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let Shown(bell) = self;
        let mut turn = bell.lock();
        turn.now = Now::Ended;
        bell.lane.done();
        // It may be a share of the task, which has a share of this.
        let waker = turn.waker.take();
        drop(turn);
        drop(waker);
    }
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is to run. Where it stands among all that are, only tokio knows.
    fn ready(&self) {
        let (by, queue) = (timeline::current(), UNORDERED);
        self.lane.record(What::Ready { by, queue });
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut turn = self.lock();
        match &mut turn.now {
            Now::Waits => {
                turn.now = Now::Ready;
                self.ready();
            }
            Now::Runs { is_woken } if !*is_woken => {
                *is_woken = true;
                self.ready();
            }
            _ => {}
        }
        let waker = turn.waker.clone();
        // Not under the lock: what a waker does is not known here.
        drop(turn);
        waker.into_iter().for_each(Waker::wake);
    }
}
