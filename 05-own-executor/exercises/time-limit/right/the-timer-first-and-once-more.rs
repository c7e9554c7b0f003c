//! It asks the timer first, and then the future in any case: a future that is
//! ready counts, even if it is ready too late.

use check::{Sleep, sleep};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// The time was over before the future was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Elapsed;

/// What [`timeout`] gives back.
pub struct Timeout<F> {
    future: Option<Pin<Box<F>>>,
    timer: Option<Sleep>,
}

/// Gives up on `future` after `limit`, counted from this call.
pub fn timeout<F: Future>(limit: Duration, future: F) -> Timeout<F> {
    let timer = Some(sleep(limit));
    Timeout { future: Some(Box::pin(future)), timer }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        if let Some(timer) = &mut self.timer
            && Pin::new(timer).poll(context).is_ready()
        {
            self.timer = None;
        }
        let future = self.future.as_mut().expect("it was not ready");
        let polled = match (future.as_mut().poll(context), &self.timer) {
            (Poll::Ready(output), _) => Ok(output),
            (Poll::Pending, None) => Err(Elapsed),
            (Poll::Pending, Some(_)) => return Poll::Pending,
        };
        self.future = None;
        self.timer = None;
        Poll::Ready(polled)
    }
}

#[path = "time-limit/check.rs"]
mod check;
