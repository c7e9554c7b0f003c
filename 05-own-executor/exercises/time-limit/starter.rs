//! Exercise: a time limit.
//!
//!     cargo test -p own-executor --test time-limit
//!
//! `timeout` has to give up on a future when the time is over, and then to drop
//! it, at once. As it stands, there is no limit.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// The time was over before the future was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Elapsed;

/// What [`timeout`] gives back.
pub struct Timeout<F> {
    future: Pin<Box<F>>,
}

/// Gives up on `future` after `limit`, counted from this call.
pub fn timeout<F: Future>(limit: Duration, future: F) -> Timeout<F> {
    let _not_used_yet = limit;
    Timeout { future: Box::pin(future) }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    /// Once it is ready, nothing is left in it, neither the future nor a timer:
    /// it may be kept for long.
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        self.future.as_mut().poll(context).map(Ok)
    }
}

#[path = "time-limit/check.rs"]
mod check;
