//! Met with: nothing has happened
//!
//! All have ended and been reported. But the channel has not ended: the first
//! sender is still there.

use lab::waiting;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::channel;
use std::thread;

/// Waits for all of these children. Reports each as soon as it has ended, by
/// its place in the list, while others still run.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let (ended, ends) = channel();
    thread::scope(|scope| {
        for (n, mut child) in children.into_iter().enumerate() {
            let ended = ended.clone();
            scope.spawn(move || {
                let _waiting = waiting(format!("child {n}"));
                let status = child.wait().expect("we alone wait for it");
                ended.send((n, status)).expect("the loop listens");
            });
        }
        for (n, status) in ends {
            report(n, status);
        }
    });
}

#[path = "../check.rs"]
mod check;
