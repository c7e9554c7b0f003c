//! Solution: a restart budget.
//!
//! The caller says what time it is, so a day passes in no time. What is refused
//! does not count: there was no restart.

use lab::waiting;
use std::io;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// A number of restarts within a period.
pub struct Budget {
    most: usize,
    within: Duration,
    /// When there were restarts that still count.
    restarts: Vec<Instant>,
}

impl Budget {
    /// No more than `most` restarts within any stretch of time as long as this.
    pub fn new(most: usize, within: Duration) -> Budget {
        Budget { most, within, restarts: Vec::new() }
    }

    /// Set if there may be a restart now; then there is one. It counts until
    /// `within` has passed.
    pub fn allows(&mut self, now: Instant) -> bool {
        self.restarts.retain(|at| now - *at < self.within);
        let allowed = self.restarts.len() < self.most;
        if allowed {
            self.restarts.push(now);
        }
        allowed
    }
}

/// Runs a child, and another one in its place whenever it ends badly, as long
/// as the budget allows. Gives back how the last one ended, and how many there
/// were. An error in starting one is handed on.
pub fn supervise(
    mut start: impl FnMut() -> io::Result<Child>,
    mut budget: Budget,
) -> io::Result<(ExitStatus, u32)> {
    let mut started = 0;
    loop {
        let mut child = start()?;
        started += 1;
        let _waiting = waiting("the child");
        let status = child.wait()?;
        if status.success() || !budget.allows(Instant::now()) {
            return Ok((status, started));
        }
    }
}

#[path = "restart-budget/check.rs"]
mod check;
