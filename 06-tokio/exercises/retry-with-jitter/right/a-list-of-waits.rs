//! An iterator gives the waits, and never ends. The trouble is kept in a cell,
//! because the attempts that set it may be dropped at any time.

use check::Trouble;
use std::cell::Cell;
use std::iter::successors;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// The longest wait after the first attempt; then it is twice as long each time.
pub const FIRST: Duration = Duration::from_millis(100);
/// No wait is longer.
pub const LONGEST: Duration = Duration::from_secs(5);

/// Tries until an attempt goes well, or meets a trouble that does not pass; or
/// until `deadline`, and then gives the last trouble that an attempt has met.
pub async fn retry<T>(
    deadline: Instant,
    mut attempt: impl AsyncFnMut() -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let last = Cell::new(Trouble::TimedOut);
    let attempts = async {
        for wait in waits() {
            match attempt().await {
                Err(trouble) if trouble.may_pass() => last.set(trouble),
                ended => return ended,
            }
            sleep(wait).await;
        }
        unreachable!("there is always another wait")
    };
    match timeout_at(deadline, attempts).await {
        Ok(ended) => ended,
        Err(_) => Err(last.into_inner()),
    }
}

fn waits() -> impl Iterator<Item = Duration> {
    let longest = successors(Some(FIRST), |it| Some(LONGEST.min(*it * 2)));
    longest.map(|it| {
        let nanos = it.as_nanos() as u64;
        Duration::from_nanos(fastrand::u64(nanos / 2..=nanos))
    })
}

#[path = "retry-with-jitter/check.rs"]
mod check;
