//! Met with: None
//!
//! Takes for granted that there is a child.

use std::process::{Child, ExitStatus};
use std::sync::mpsc::channel;
use std::thread;

/// Waits for all of these children, and reports each as soon as it has ended.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let last = children.len().checked_sub(1).unwrap();
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
            report(n.min(last), status);
        }
    });
}

#[path = "../check.rs"]
mod check;
