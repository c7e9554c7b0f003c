//! Met with: you predict 90ms, and it is 120ms
//!
//! A page has to wait for the one before it: true, but that one may have had to
//! wait itself.

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
    let mut before = Duration::ZERO;
    let mut last = Duration::ZERO;
    for page in arriving {
        last = last.max(before.max(page.wait) + page.work);
        before = page.wait + page.work;
    }
    last
}

#[path = "../check.rs"]
mod check;
