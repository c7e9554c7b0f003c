//! Exercise: retry with jitter.
//!
//!     cargo test -p with-tokio --test retry-with-jitter
//!
//! `retry` has to try again what may go well later, and not to add to the
//! trouble. As it stands, it tries all again, at once, and heeds no deadline.

use check::Trouble;
use std::time::Duration;
use tokio::time::Instant;

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
    loop {
        let ended = attempt().await;
        if ended.is_ok() || Instant::now() > deadline {
            break ended;
        }
    }
}

#[path = "retry-with-jitter/check.rs"]
mod check;
