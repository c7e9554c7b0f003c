//! An `async` block, with the timer made outside of it: the limit counts from
//! the call. What is on its stack is dropped when it ends.

use check::sleep;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

/// The time was over before the future was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Elapsed;

/// Gives up on `future` after `limit`, counted from this call.
pub fn timeout<F: Future>(
    limit: Duration,
    future: F,
) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let mut sleep = sleep(limit);
    async move {
        let mut future = pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            Pin::new(&mut sleep).poll(context).map(|()| Err(Elapsed))
        })
        .await
    }
}

#[path = "time-limit/check.rs"]
mod check;
