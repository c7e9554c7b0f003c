//! Whole nanoseconds, and a heap that gives the next arrival.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// What a page costs.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From asking for it to having it.
    pub wait: Duration,
    /// What is then computed.
    pub work: Duration,
}

/// Each page is asked for when the one before is done with, work and all.
pub fn one_after_another(pages: &[Cost]) -> Duration {
    let Some((first, rest)) = pages.split_first() else {
        return Duration::ZERO;
    };
    first.wait + first.work + one_after_another(rest)
}

/// All pages are asked for at once.
pub fn all_at_once(pages: &[Cost]) -> Duration {
    let nanos = |time: Duration| time.as_nanos() as u64;
    let mut heap: BinaryHeap<_> = pages
        .iter()
        .map(|page| Reverse((nanos(page.wait), nanos(page.work))))
        .collect();
    let mut free = 0;
    while let Some(Reverse((wait, work))) = heap.pop() {
        free = free.max(wait) + work;
    }
    Duration::from_nanos(free)
}

#[path = "predict-the-time/check.rs"]
mod check;
