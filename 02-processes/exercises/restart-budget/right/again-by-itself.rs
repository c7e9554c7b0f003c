//! When one has ended badly, it calls itself for the others. It waits by asking
//! for the child's output, which it has none of.

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
    start: impl FnMut() -> io::Result<Child>,
    budget: Budget,
) -> io::Result<(ExitStatus, u32)> {
    again(start, budget, 1)
}

fn again(
    mut start: impl FnMut() -> io::Result<Child>,
    mut budget: Budget,
    number: u32,
) -> io::Result<(ExitStatus, u32)> {
    let status = start()?.wait_with_output()?.status;
    if status.success() || !budget.allows(Instant::now()) {
        return Ok((status, number));
    }
    again(start, budget, number + 1)
}

#[path = "restart-budget/check.rs"]
mod check;
