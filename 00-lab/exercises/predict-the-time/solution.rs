//! Solution: predict the time.
//!
//! One after another, everything adds up. All at once, the core takes the pages
//! in the order of their arrival: it begins with the next when it is free and
//! the page is there, whichever is later.

use std::time::Duration;

/// What a page costs.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From asking for it to having it. Waits may overlap.
    pub wait: Duration,
    /// What is then computed. The core does one at a time.
    pub work: Duration,
}

/// Each page is asked for when the one before is done with, work and all.
pub fn one_after_another(pages: &[Cost]) -> Duration {
    pages.iter().map(|page| page.wait + page.work).sum()
}

/// All pages are asked for at once. Whichever arrives first is worked on first,
/// while the others are still on their way.
pub fn all_at_once(pages: &[Cost]) -> Duration {
    let mut arriving = pages.to_vec();
    arriving.sort_by_key(|page| page.wait);
    let mut free = Duration::ZERO;
    for page in arriving {
        free = free.max(page.wait) + page.work;
    }
    free
}

#[path = "predict-the-time/check.rs"]
mod check;
