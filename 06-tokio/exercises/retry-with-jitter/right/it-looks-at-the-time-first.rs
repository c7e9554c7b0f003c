//! The deadline is looked at before each attempt, and has a branch of its own,
//! which is asked before the others. The waits are whole milliseconds.

use check::Trouble;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The longest wait after the first attempt; then it is twice as long each
/// time.
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
    let mut longest = FIRST.as_millis() as u64;
    while Instant::now() < deadline {
        let ended = tokio::select! {
            biased;
            () = sleep_until(deadline) => break,
            ended = attempt() => ended,
        };
        match ended {
            Err(trouble) if trouble.may_pass() => last = trouble,
            _ => return ended,
        }
        let wait = Duration::from_millis(fastrand::u64(longest / 2..=longest));
        sleep_until((Instant::now() + wait).min(deadline)).await;
        longest = (2 * longest).min(LONGEST.as_millis() as u64);
    }
    Err(last)
}

#[path = "retry-with-jitter/check.rs"]
mod check;
