//! Solution: retry with jitter.
//!
//! One limit is around all of it, attempts and waits. What was the last trouble
//! is kept outside, since what is inside is dropped when the time is over.

use check::Trouble;
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
    let mut last = Trouble::TimedOut;
    let attempts = async {
        let mut longest = FIRST;
        loop {
            match attempt().await {
                Err(trouble) if trouble.may_pass() => last = trouble,
                ended => break ended,
            }
            // Half of the time is for the site, the other half is drawn: those
            // that met with the same trouble do not come back together.
            sleep(longest.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            longest = LONGEST.min(2 * longest);
        }
    };
    let ended = timeout_at(deadline, attempts).await;
    ended.unwrap_or(Err(last))
}

#[path = "retry-with-jitter/check.rs"]
mod check;
