//! Where the longest wait would not end in time, one is drawn from those that
//! do. If there is none, it gives up at once.

use check::Trouble;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

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
    let mut longest = FIRST;
    loop {
        match timeout_at(deadline, attempt()).await {
            Err(_) => return Err(last),
            Ok(Err(trouble)) if trouble.may_pass() => last = trouble,
            Ok(ended) => return ended,
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let (least, most) = (longest / 2, longest.min(left));
        if least >= most {
            return Err(last);
        }
        sleep(least + (most - least).mul_f64(fastrand::f64())).await;
        longest = LONGEST.min(2 * longest);
    }
}

#[path = "retry-with-jitter/check.rs"]
mod check;
