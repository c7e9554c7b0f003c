//! Met with: Option::unwrap()
//!
//! Takes for granted that there is a page.

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
    pages.iter().map(|page| page.wait + page.work).sum()
}

/// All pages are asked for at once.
pub fn all_at_once(pages: &[Cost]) -> Duration {
    let mut arriving = pages.to_vec();
    arriving.sort_by_key(|page| page.wait);
    let mut free = Duration::ZERO;
    for page in arriving {
        free = free.max(page.wait) + page.work;
    }
    free.max(pages.iter().map(|page| page.wait).max().unwrap())
}

#[path = "../check.rs"]
mod check;
