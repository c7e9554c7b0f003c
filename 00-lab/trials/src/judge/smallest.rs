//! The smallest input that shows what is wrong with an answer.

use std::time::{Duration, Instant};

/// How long the search may take.
const LIMIT: Duration = Duration::from_secs(1);

/// Finds a small input that fails: goes from `failing` to one of the `smaller`
/// inputs that `fails` too, as long as there is one, and for at most a second.
///
/// ```
/// use trials::judge::smallest;
///
/// // Wrong for 10 and more: one step down, or half of it.
/// let smaller = |n: &u32| vec![n / 2, n.saturating_sub(1)];
/// assert_eq!(smallest(900, smaller, |n| *n >= 10), 10);
/// ```
pub fn smallest<T>(
    failing: T,
    smaller: impl Fn(&T) -> Vec<T>,
    fails: impl Fn(&T) -> bool,
) -> T {
    let until = Instant::now() + LIMIT;
    let fails = |input: &T| Instant::now() < until && fails(input);
    let mut found = failing;
    while let Some(next) = smaller(&found).into_iter().find(&fails) {
        found = next;
    }
    found
}
