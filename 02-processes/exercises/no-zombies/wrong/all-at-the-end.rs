//! Met with: nothing was reported of it
//!
//! Reports them when all have ended.

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
        let ends: Vec<_> = ends.into_iter().collect();
        for (n, status) in ends {
            report(n, status);
        }
    });
}

#[path = "../check.rs"]
mod check;
