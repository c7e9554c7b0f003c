//! Exercise: a restart budget.
//!
//!     cargo test -p processes --test restart-budget
//!
//! A supervisor starts another child when one has ended badly. One that fails
//! once a day may do so for ever; one that fails whenever it starts may not. So
//! there is a budget: a number of restarts within a period. As it stands,
//! no child is started again. Mend it.

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
        let _ = (now, self.most, self.within, &self.restarts);
        false
    }
}

/// Runs a child, and another one in its place whenever it ends badly, as long
/// as the budget allows. Gives back how the last one ended, and how many there
/// were. An error in starting one is handed on.
pub fn supervise(
    mut start: impl FnMut() -> io::Result<Child>,
    mut budget: Budget,
) -> io::Result<(ExitStatus, u32)> {
    let mut child = start()?;
    let _waiting = waiting("the child");
    let status = child.wait()?;
    let _ = budget.allows(Instant::now());
    Ok((status, 1))
}

#[path = "restart-budget/check.rs"]
mod check;
