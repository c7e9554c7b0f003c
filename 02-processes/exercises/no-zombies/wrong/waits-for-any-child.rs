//! Met with: which others wait for
//!
//! Lets the system say which child has ended, of all that this process has:
//! also of those that others wait for.

use rustix::process::{Pid, WaitOptions, wait};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};

/// Waits for all of these children, and reports each as soon as it has ended.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let place = |pid: Pid| {
        let id = pid.as_raw_nonzero().get() as u32;
        children.iter().position(|child| child.id() == id)
    };
    let mut left = children.len();
    while left > 0 {
        let any = wait(WaitOptions::empty()).expect("some are left");
        let (pid, status) = any.expect("it does wait");
        if let Some(n) = place(pid) {
            report(n, ExitStatus::from_raw(status.as_raw()));
            left -= 1;
        }
    }
}

#[path = "no-zombies/check.rs"]
mod check;
