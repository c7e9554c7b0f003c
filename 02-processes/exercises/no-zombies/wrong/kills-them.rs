//! Met with: by itself
//!
//! Then they have all ended, and in good order; but not by themselves.

use lab::waiting;
use std::process::{Child, ExitStatus};

/// Waits for all of these children. Reports each as soon as it has ended, by
/// its place in the list, while others still run.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    for (n, mut child) in children.into_iter().enumerate() {
        let _waiting = waiting(format!("child {n}"));
        child.kill().expect("it is ours");
        let status = child.wait().expect("we alone wait for it");
        report(n, status);
    }
}

#[path = "../check.rs"]
mod check;
