//! Looks at the time itself: an attempt has the time that is left, and where
//! the next wait would not end in time, it does not begin.

use check::Trouble;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};

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
    for doubled in 0.. {
        match timeout_at(deadline, attempt()).await {
            Err(_) => return Err(last),
            Ok(Err(trouble)) if trouble.may_pass() => last = trouble,
            Ok(ended) => return ended,
        }
        let longest = 2_u32.checked_pow(doubled).map_or(LONGEST, |times| {
            FIRST.checked_mul(times).unwrap_or(LONGEST).min(LONGEST)
        });
        let longest = longest.as_millis() as u64;
        let wait = fastrand::u64(longest / 2..=longest);
        let next = Instant::now() + Duration::from_millis(wait);
        if next >= deadline {
            return Err(last);
        }
        sleep_until(next).await;
    }
    unreachable!("it does not count so far")
}

#[path = "retry-with-jitter/check.rs"]
mod check;
