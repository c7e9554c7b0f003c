//! Waiting for a time.

use crate::budget;
use crate::executor::with_here;
use crate::lanes::{self, waits_until};
use crate::mail::{self, Letter};
use crate::pool;
use crate::sync::lock;
use crate::timers::{Key, Timers};
use pin_project_lite::pin_project;
use std::fmt::{self, Display, Formatter};
use std::future::poll_fn;
use std::io;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pub use std::time::{Duration, Instant};

/// Errors, where `tokio` has them.
pub mod error {
    pub use super::Elapsed;
}

/// Waits for `duration`, counted from this call.
///
/// It is never ready early; it is late by what the tasks before it take, and by
/// up to a millisecond, since the thread sleeps for whole ones. A duration of
/// more than a hundred years counts as a hundred. It is *cancel safe*: dropping
/// it loses nothing.
pub fn sleep(duration: Duration) -> Sleep {
    sleep_until(after(duration))
}

/// Waits until `deadline`. If that is over, it is ready at its first poll.
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep { deadline, timer: None }
}

/// The clock cannot count on and on.
fn after(duration: Duration) -> Instant {
    const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);
    Instant::now() + duration.min(FOR_EVER)
}

/// What [`sleep`] gives back. Once it is ready, it stays so.
#[derive(Debug)]
#[must_use = "it waits only while it is awaited"]
pub struct Sleep {
    deadline: Instant,
    timer: Option<Timer>,
}

impl Sleep {
    /// When it is ready.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Set if the deadline is over.
    pub fn is_elapsed(&self) -> bool {
        self.deadline <= Instant::now()
    }

    /// Waits until another time instead.
    pub fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.deadline = deadline;
        self.timer = None;
    }
}

impl Future for Sleep {
    type Output = ();

    /// The line that calls this is that of the `.await`.
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let spent = ready!(budget::spend(context));
        if self.is_elapsed() {
            self.timer = None;
            spent.made_progress();
            return Poll::Ready(());
        }
        let deadline = self.deadline;
        match &self.timer {
            Some(timer) if timer.renew(deadline, context) => {}
            _ => self.timer = Some(Timer::set(deadline, context)),
        }
        waits_until(deadline);
        Poll::Pending
    }
}

/// A timer, and where it was set. Dropping it cancels it.
#[derive(Debug)]
struct Timer {
    home: Home,
    key: Key,
}

#[derive(Debug, PartialEq)]
enum Home {
    /// The executor of a thread, by its number and its serial.
    Thread(u16, u64),
    /// A pool, by its number.
    Pool(u64),
}

/// Calls `f` with the timers of the tasks that this thread polls.
fn with_timers<T>(f: impl FnOnce(Home, &mut Timers) -> T) -> Option<T> {
    if pool::is_worker() {
        return pool::here(|pool, _| {
            f(Home::Pool(pool.number), &mut lock(&pool.timers))
        });
    }
    with_here(|here| {
        let home = Home::Thread(here.inbox().number(), here.inbox().serial);
        f(home, &mut here.timers.borrow_mut())
    })
}

impl Timer {
    #[track_caller]
    fn set(due: Instant, context: &mut Context<'_>) -> Timer {
        let (waker, line) = (context.waker().clone(), Location::caller());
        let set = with_timers(|home, timers| {
            let key = timers.set(due, waker, line);
            Timer { home, key }
        });
        set.expect("no timer can be set while the thread ends")
    }

    /// Gives back `false` if it was set elsewhere.
    fn renew(&self, due: Instant, context: &mut Context<'_>) -> bool {
        let waker = context.waker().clone();
        // The old waker, or this one, is dropped when no lock is held.
        let renewed = with_timers(|home, timers| match home == self.home {
            true => Ok(timers.replace(self.key, due, waker)),
            false => Err(waker),
        });
        matches!(renewed, Some(Ok(_)))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let key = self.key;
        let cancelled = with_timers(|home, timers| {
            (home == self.home).then(|| timers.cancel(key))
        });
        if let Some(Some(_)) = cancelled {
            return;
        }
        match self.home {
            Home::Thread(executor, serial) => {
                let _ = mail::send(executor, serial, Letter::Cancel(key));
            }
            Home::Pool(number) => {
                let pool = pool::find(number);
                let waker = pool.map(|it| lock(&it.timers).cancel(key));
                drop(waker);
            }
        }
    }
}

/// Gives up on `future` after `duration`.
///
/// The future is polled first: if it is ready, that is the result, however late
/// it is. It is dropped with this one, so it has not ended when this is ready,
/// if this is awaited by `&mut`. It is cancel safe if `future` is.
///
/// ```
/// use own_executor::time::timeout;
/// use std::future::{pending, ready};
/// use std::time::Duration;
///
/// own_executor::block_on(async {
///     let brief = Duration::from_millis(1);
///     assert_eq!(timeout(brief, ready(7)).await, Ok(7));
///     assert!(timeout(brief, pending::<()>()).await.is_err());
/// });
/// ```
pub fn timeout<F: IntoFuture>(
    duration: Duration,
    future: F,
) -> Timeout<F::IntoFuture> {
    timeout_at(after(duration), future)
}

/// Gives up on `future` at `deadline`. As [`timeout`].
pub fn timeout_at<F: IntoFuture>(
    deadline: Instant,
    future: F,
) -> Timeout<F::IntoFuture> {
    let (future, sleep) = (future.into_future(), sleep_until(deadline));
    Timeout { future, sleep }
}

pin_project! {
    /// What [`timeout`] gives back.
    #[derive(Debug)]
    #[must_use = "it does nothing unless it is awaited"]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        sleep: Sleep,
    }
}

impl<F> Timeout<F> {
    /// The future inside, to look at.
    pub fn get_ref(&self) -> &F {
        &self.future
    }

    /// The future inside, to be changed.
    pub fn get_mut(&mut self) -> &mut F {
        &mut self.future
    }

    /// The future inside.
    pub fn into_inner(self) -> F {
        self.future
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    #[track_caller]
    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(output) = this.future.poll(context) {
            return Poll::Ready(Ok(output));
        }
        // The future may have spent the budget: the deadline holds all the
        // same.
        budget::renew_one();
        ready!(Pin::new(this.sleep).poll(context));
        lanes::waits_no_more();
        Poll::Ready(Err(Elapsed(())))
    }
}

/// The deadline was over before the future was ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed(());

impl Display for Elapsed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the deadline has elapsed")
    }
}

impl std::error::Error for Elapsed {}

impl From<Elapsed> for io::Error {
    fn from(elapsed: Elapsed) -> io::Error {
        io::Error::new(io::ErrorKind::TimedOut, elapsed)
    }
}

/// Ticks at once, and from then on after each `period`.
///
/// Late ticks are not lost: they come one after another, until all have been
/// caught up with, unless [`MissedTickBehavior`] says otherwise.
///
/// ```
/// use own_executor::time::interval;
/// use std::time::{Duration, Instant};
///
/// let begun = Instant::now();
/// own_executor::block_on(async {
///     let mut ticks = interval(Duration::from_millis(1));
///     for _ in 0..3 {
///         ticks.tick().await;
///     }
/// });
/// // The first comes at once.
/// assert!(begun.elapsed() >= Duration::from_millis(2));
/// ```
///
/// # Panics
///
/// If the period is zero.
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(Instant::now(), period)
}

/// Ticks at `start`, and from then on after each `period`. As [`interval`].
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(period > Duration::ZERO, "the period of an interval is zero");
    let missed = MissedTickBehavior::Burst;
    Interval { period, missed, sleep: sleep_until(start) }
}

/// What [`interval`] gives back.
#[derive(Debug)]
pub struct Interval {
    period: Duration,
    missed: MissedTickBehavior,
    sleep: Sleep,
}

impl Interval {
    /// Waits for the next tick, and gives back the instant for which it was
    /// planned. It is cancel safe: a tick that is not waited for to its end
    /// comes to the next call.
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|context| self.poll_tick(context)).await
    }

    /// As [`tick`](Interval::tick), in one poll.
    #[track_caller]
    pub fn poll_tick(&mut self, context: &mut Context<'_>) -> Poll<Instant> {
        ready!(Pin::new(&mut self.sleep).poll(context));
        let tick = self.sleep.deadline();
        self.reset_at(self.missed.next(tick, self.period));
        Poll::Ready(tick)
    }

    /// The next tick comes one period from now.
    pub fn reset(&mut self) {
        self.reset_after(self.period);
    }

    /// The next tick comes at once.
    pub fn reset_immediately(&mut self) {
        self.reset_at(Instant::now());
    }

    /// The next tick comes after this time.
    pub fn reset_after(&mut self, after: Duration) {
        self.reset_at(self::after(after));
    }

    /// The next tick comes then.
    pub fn reset_at(&mut self, deadline: Instant) {
        Pin::new(&mut self.sleep).reset(deadline);
    }

    /// The time from one tick to the next.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// What follows on a tick that came late.
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed
    }

    /// Sets what follows on a tick that comes late.
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed = behavior;
    }
}

/// What follows on a tick that comes more than 5 ms late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTickBehavior {
    /// The ticks that are missing come at once, one after another.
    #[default]
    Burst,
    /// The next one comes a period after the late one.
    Delay,
    /// The next one comes when one was planned, and those that are missing do
    /// not come.
    Skip,
}

impl MissedTickBehavior {
    /// When the next tick comes, if `tick` is the one that comes now.
    fn next(self, tick: Instant, period: Duration) -> Instant {
        let now = Instant::now();
        let late = now.saturating_duration_since(tick);
        let from = match self {
            _ if late <= Duration::from_millis(5) => tick,
            MissedTickBehavior::Burst => tick,
            MissedTickBehavior::Delay => now,
            MissedTickBehavior::Skip => {
                let over = late.as_nanos() % period.as_nanos();
                now - Duration::from_nanos(over as u64)
            }
        };
        from.checked_add(period).unwrap_or_else(|| after(Duration::MAX))
    }
}
