//! Met with: the one before was over 40ms ago
//!
//! Looks at the clock when a child is started, not when it has ended.

use std::io;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// A number of restarts within a period.
pub struct Budget {
    most: usize,
    within: Duration,
    restarts: Vec<Instant>,
}

impl Budget {
    /// No more than `most` restarts within any stretch of time as long as this.
    pub fn new(most: usize, within: Duration) -> Budget {
        Budget { most, within, restarts: Vec::new() }
    }

    /// Set if there may be a restart now; then there is one.
    pub fn allows(&mut self, now: Instant) -> bool {
        self.restarts.retain(|at| now - *at < self.within);
        let allowed = self.restarts.len() < self.most;
        if allowed {
            self.restarts.push(now);
        }
        allowed
    }
}

/// Runs a child, and another one in its place, as long as the budget allows.
pub fn supervise(
    mut start: impl FnMut() -> io::Result<Child>,
    mut budget: Budget,
) -> io::Result<(ExitStatus, u32)> {
    let mut started = 0;
    loop {
        let now = Instant::now();
        let mut child = start()?;
        started += 1;
        let status = child.wait()?;
        if status.success() || !budget.allows(now) {
            return Ok((status, started));
        }
    }
}

#[path = "../check.rs"]
mod check;
