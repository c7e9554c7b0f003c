//! A `select!` whose first branch is the deadline. The numbers come from the
//! random keys that the standard library has for its hash maps.

use check::Trouble;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;
use tokio::select;
use tokio::time::{Instant, sleep, sleep_until};

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
    let mut last = None;
    let mut longest = FIRST;
    let is_over = sleep_until(deadline);
    tokio::pin!(is_over);
    loop {
        let trouble = select! {
            biased;
            () = &mut is_over => break,
            ended = attempt() => match ended {
                Err(trouble) if trouble.may_pass() => trouble,
                ended => return ended,
            },
        };
        last = Some(trouble);
        let half = longest / 2;
        let any = RandomState::new().hash_one(()) % half.as_micros() as u64;
        select! {
            biased;
            () = &mut is_over => break,
            () = sleep(half + Duration::from_micros(any)) => {}
        }
        longest = (longest * 2).min(LONGEST);
    }
    Err(last.unwrap_or(Trouble::TimedOut))
}

#[path = "retry-with-jitter/check.rs"]
mod check;
