//! No order at all: from when any page is there, what arrives with it or later
//! still has to be worked on. The latest of these ends is the end.

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
    let ends = pages.iter().map(|page| {
        let later = pages.iter().filter(|other| other.wait >= page.wait);
        page.wait + later.map(|other| other.work).sum::<Duration>()
    });
    ends.max().unwrap_or_default()
}

#[path = "predict-the-time/check.rs"]
mod check;
