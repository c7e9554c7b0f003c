//! Met with: asks again and again
//!
//! All are asked in turn, and a core is busy with asking.

use std::process::{Child, ExitStatus};

/// Waits for all of these children. Reports each as soon as it has ended, by
/// its place in the list, while others still run.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let mut running: Vec<_> = children.into_iter().enumerate().collect();
    while !running.is_empty() {
        running.retain_mut(|(n, child)| {
            let status = child.try_wait().expect("we alone wait for it");
            status.inspect(|status| report(*n, *status)).is_none()
        });
    }
}

#[path = "../check.rs"]
mod check;
