//! Met with: and it is 105ms
//!
//! Takes the core to be idle until the last page is there.

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
    let last = pages.iter().map(|page| page.wait).max();
    let work: Duration = pages.iter().map(|page| page.work).sum();
    last.unwrap_or_default() + work
}

#[path = "../check.rs"]
mod check;
