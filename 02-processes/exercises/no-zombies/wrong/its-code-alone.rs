//! Met with: what was reported is child 3
//!
//! Makes a status of the code alone: one killed by a signal has none.

use std::os::unix::process::ExitStatusExt;
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
        for (n, mut child) in children.into_iter().enumerate() {
            let ended = ended.clone();
            scope.spawn(move || {
                let status = child.wait().expect("we alone wait for it");
                ended.send((n, status)).expect("the loop listens");
            });
        }
        drop(ended);
        for (n, status) in ends {
            let code = status.code().unwrap_or(0);
            report(n, ExitStatus::from_raw(code << 8));
        }
    });
}

#[path = "../check.rs"]
mod check;
