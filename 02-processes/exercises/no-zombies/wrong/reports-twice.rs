//! Met with: another report, of child
//!
//! Goes through all of them once more, to be sure.

use std::process::{Child, ExitStatus};
use std::sync::mpsc::channel;
use std::thread;

/// Waits for all of these children, and reports each as soon as it has ended.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let (ended, ends) = channel();
    let mut all = Vec::new();
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
            report(n, status);
            all.push((n, status));
        }
    });
    for (n, status) in all {
        report(n, status);
    }
}

#[path = "../check.rs"]
mod check;
