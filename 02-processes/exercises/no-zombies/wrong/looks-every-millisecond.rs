//! Met with: asks again and again
//!
//! Looks every millisecond which have ended: that takes time from all, and may
//! be a millisecond late.

use std::process::{Child, ExitStatus};
use std::thread;
use std::time::Duration;

/// Waits for all of these children, and reports each as soon as it has ended.
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
        thread::sleep(Duration::from_millis(1));
    }
}

#[path = "no-zombies/check.rs"]
mod check;
