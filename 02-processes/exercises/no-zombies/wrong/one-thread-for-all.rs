//! Met with: nothing was reported of it
//!
//! Waits in another thread, and there for one after the other.

use std::process::{Child, ExitStatus};
use std::sync::mpsc::channel;
use std::thread;

/// Waits for all of these children, and reports each as soon as it has ended.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let (ended, ends) = channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            for (n, mut child) in children.into_iter().enumerate() {
                let status = child.wait().expect("we alone wait for it");
                ended.send((n, status)).expect("the loop listens");
            }
        });
        for (n, status) in ends {
            report(n, status);
        }
    });
}

#[path = "../check.rs"]
mod check;
