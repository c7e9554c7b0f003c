//! `select` of the crate `futures-util`. It hands the loser back, and that is
//! dropped.

use check::sleep;
use futures_util::future::{Either, select};
use std::time::Duration;

/// The time was over before the future was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Elapsed;

/// Gives up on `future` after `limit`, counted from this call.
pub fn timeout<F: Future>(
    limit: Duration,
    future: F,
) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let both = select(Box::pin(future), sleep(limit));
    async {
        match both.await {
            Either::Left((output, _)) => Ok(output),
            Either::Right(((), _)) => Err(Elapsed),
        }
    }
}

#[path = "time-limit/check.rs"]
mod check;
