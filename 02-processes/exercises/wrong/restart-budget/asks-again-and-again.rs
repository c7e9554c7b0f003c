//! Met with: asks again and again
//!
//! `try_wait` comes back at once, whether the child has ended or not.

use lab::waiting;
use std::io;
use std::process::{Child, ExitStatus};

/// Runs a child, and another one in its place whenever it ends badly, but no
/// more than `budget` others. Gives back how the last one ended, and how many
/// there were. An error in starting one is handed on.
pub fn supervise(
    mut start: impl FnMut() -> io::Result<Child>,
    budget: u32,
) -> io::Result<(ExitStatus, u32)> {
    let mut started = 0;
    loop {
        let mut child = start()?;
        started += 1;
        let _waiting = waiting("the child");
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
        };
        if status.success() || started > budget {
            return Ok((status, started));
        }
    }
}

#[path = "../../checks/restart-budget.rs"]
mod check;
