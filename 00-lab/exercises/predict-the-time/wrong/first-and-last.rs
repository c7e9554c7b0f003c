//! Met with: [(0, 10), (30, 10), (30, 10)], you predict 40ms
//!
//! Takes the core to be busy from the first arrival to the end, or else the
//! last page to be the only one that it still has to do.

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
    let first = pages.iter().map(|page| page.wait).min();
    let work: Duration = pages.iter().map(|page| page.work).sum();
    let ends = pages.iter().map(|page| page.wait + page.work);
    let last = ends.max().unwrap_or_default();
    last.max(first.unwrap_or_default() + work)
}

#[path = "../check.rs"]
mod check;
