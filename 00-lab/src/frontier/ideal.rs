//! How fast a crawl could be at best.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::mem;
use std::time::Duration;

/// How long a crawler without any costs of its own takes, if it may wait for
/// `at_once` pages at a time. As soon as it may, it takes the page that it has
/// known for longest.
///
/// Page `n` takes `waits[n]` and then makes the pages `links[n]` known; page 0
/// is known at the start.
///
/// ```
/// use lab::frontier::ideal;
/// use std::time::Duration;
///
/// // Two pages that are known only through a third.
/// let waits = [3, 4, 5].map(Duration::from_secs);
/// let links = [vec![1, 2], vec![0], vec![1]];
/// assert_eq!(ideal(1, &waits, &links), Duration::from_secs(3 + 4 + 5));
/// assert_eq!(ideal(2, &waits, &links), Duration::from_secs(3 + 5));
/// ```
///
/// # Panics
///
/// If `at_once` is zero.
pub fn ideal(
    at_once: usize,
    waits: &[Duration],
    links: &[Vec<usize>],
) -> Duration {
    assert!(at_once > 0, "a crawl needs at least one page at a time");
    let mut known = vec![false; waits.len()];
    let mut queue = VecDeque::new();
    if let Some(start) = known.first_mut() {
        *start = true;
        queue.push_back(0);
    }

    let mut now = Duration::ZERO;
    let mut under_way = BinaryHeap::new();
    loop {
        while under_way.len() < at_once {
            let Some(page) = queue.pop_front() else { break };
            under_way.push(Reverse((now + waits[page], page)));
        }
        // Nothing happens until the first of them ends.
        let Some(Reverse((end, page))) = under_way.pop() else { return now };
        now = end;
        for &link in &links[page] {
            if !mem::replace(&mut known[link], true) {
                queue.push_back(link);
            }
        }
    }
}
