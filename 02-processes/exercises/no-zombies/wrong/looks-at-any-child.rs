//! Met with: asks again and again
//!
//! Looks which child has ended and leaves it where it is, if it is not one of its
//! own: there it will be at the next look, too.

use rustix::process::{WaitId, WaitIdOptions, waitid};
use std::process::{Child, ExitStatus};

/// Waits for all of these children, and reports each as soon as it has ended.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let mut running: Vec<_> = children.into_iter().enumerate().collect();
    while !running.is_empty() {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        waitid(WaitId::All, look).expect("some are left");
        running.retain_mut(|(n, child)| {
            let status = child.try_wait().expect("we alone wait for it");
            status.inspect(|status| report(*n, *status)).is_none()
        });
    }
}

#[path = "../check.rs"]
mod check;
