//! As many moments as there may be restarts: the oldest of them has to be over
//! before there may be another.

use std::collections::VecDeque;
use std::io;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// A number of restarts within a period.
pub struct Budget {
    within: Duration,
    latest: VecDeque<Option<Instant>>,
}

impl Budget {
    /// No more than `most` restarts within any stretch of time as long as this.
    pub fn new(most: usize, within: Duration) -> Budget {
        Budget { within, latest: vec![None; most].into() }
    }

    /// Set if there may be a restart now; then there is one.
    pub fn allows(&mut self, now: Instant) -> bool {
        let Some(oldest) = self.latest.front() else { return false };
        let counts = oldest.is_some_and(|at| at + self.within > now);
        if !counts {
            self.latest.pop_front();
            self.latest.push_back(Some(now));
        }
        !counts
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
        if status.success() || !budget.allows(Instant::now()) {
            return Ok((status, started));
        }
    }
}

#[path = "restart-budget/check.rs"]
mod check;
