//! Met with: in ticks of
//!
//! Counts in milliseconds, and loses what is less than one.

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
    let mut free = 0;
    for page in arriving {
        free = page.wait.as_millis().max(free) + page.work.as_millis();
    }
    Duration::from_millis(free as u64)
}

#[path = "../check.rs"]
mod check;
