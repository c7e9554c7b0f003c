//! Adds up what the core does, and when it has nothing to do.

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
    let wait: Duration = pages.iter().map(|page| page.wait).sum();
    wait + work(pages)
}

/// All pages are asked for at once.
pub fn all_at_once(pages: &[Cost]) -> Duration {
    let mut arriving: Vec<&Cost> = pages.iter().collect();
    arriving.sort_unstable_by_key(|page| (page.wait, page.work));
    let (mut idle, mut done) = (Duration::ZERO, Duration::ZERO);
    for page in arriving {
        idle += page.wait.saturating_sub(idle + done);
        done += page.work;
    }
    idle + work(pages)
}

fn work(pages: &[Cost]) -> Duration {
    pages.iter().map(|page| page.work).sum()
}

#[path = "predict-the-time/check.rs"]
mod check;
