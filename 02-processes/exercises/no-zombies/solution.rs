//! Solution: no zombies.
//!
//! A thread for each child waits for it, and sends how it ended. This one
//! reports what comes, in the order in which it comes.

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
        // Or else the channel would never end.
        drop(ended);
        for (n, status) in ends {
            report(n, status);
        }
    });
}

#[path = "no-zombies/check.rs"]
mod check;
