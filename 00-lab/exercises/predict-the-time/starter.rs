//! Exercise: predict the time.
//!
//!     cargo test -p lab --test predict-the-time
//!
//! A page is waited for, and then it makes work. How long do several take: one
//! after another, and all asked for at once by a machine with one core? As it
//! stands, the answer is always: no time at all.

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
    let _ = pages;
    Duration::ZERO
}

/// All pages are asked for at once. Whichever arrives first is worked on first,
/// while the others are still on their way.
pub fn all_at_once(pages: &[Cost]) -> Duration {
    let _ = pages;
    Duration::ZERO
}

#[path = "predict-the-time/check.rs"]
mod check;
