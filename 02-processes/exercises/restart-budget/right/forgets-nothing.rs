//! Keeps all moments, and counts those that matter. A signal is looked for by
//! itself.

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
        let recent = self.restarts.iter().rev();
        let counts = |at: &&Instant| now.duration_since(**at) < self.within;
        let allowed = recent.take_while(counts).count() < self.most;
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
        let mut child = start()?;
        started += 1;
        let status = child.wait()?;
        if status.code() == Some(0) || !budget.allows(Instant::now()) {
            return Ok((status, started));
        }
    }
}

#[path = "restart-budget/check.rs"]
mod check;
