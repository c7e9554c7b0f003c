//! A wrong answer is understood by the smallest input that shows it.

/// The smallest input that fails: goes from `failing` to a smaller one that
/// fails too, as long as there is one.
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
    let mut smallest = failing;
    while let Some(next) = smaller(&smallest).into_iter().find(&fails) {
        smallest = next;
    }
    smallest
}
