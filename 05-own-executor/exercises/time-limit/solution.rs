//! Solution: a time limit.
//!
//! The future is polled first, so that what is ready is never thrown away. If
//! it waits, the timer is polled as well: both have the waker of this poll, and
//! either wakes the task. Whichever of the two ends it, both are dropped before
//! it says so.

use check::{Sleep, sleep};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// The time was over before the future was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Elapsed;

/// What [`timeout`] gives back.
pub struct Timeout<F> {
    /// Not there any more once it is ready.
    both: Option<(Pin<Box<F>>, Sleep)>,
}

/// Gives up on `future` after `limit`, counted from this call.
pub fn timeout<F: Future>(limit: Duration, future: F) -> Timeout<F> {
    Timeout { both: Some((Box::pin(future), sleep(limit))) }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    /// Once it is ready, nothing is left in it, neither the future nor a timer:
    /// it may be kept for long.
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        let (future, sleep) =
            self.both.as_mut().expect("it is not polled after it was ready");
        let result = match future.as_mut().poll(context) {
            Poll::Ready(output) => Ok(output),
            Poll::Pending => {
                ready!(Pin::new(sleep).poll(context));
                Err(Elapsed)
            }
        };
        self.both = None;
        Poll::Ready(result)
    }
}

#[path = "time-limit/check.rs"]
mod check;
