//! Met with: one after another, for pages with (wait, work) in ms of [(30, 0)
//!
//! One after another means: the next is asked for when this one is done.

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
    let wait = pages.iter().map(|page| page.wait).max().unwrap_or_default();
    wait + pages.iter().map(|page| page.work).sum::<Duration>()
}

/// All pages are asked for at once.
pub fn all_at_once(pages: &[Cost]) -> Duration {
    let mut arriving = pages.to_vec();
    arriving.sort_by_key(|page| page.wait);
    let mut free = Duration::ZERO;
    for page in arriving {
        free = free.max(page.wait) + page.work;
    }
    free
}

#[path = "../check.rs"]
mod check;
