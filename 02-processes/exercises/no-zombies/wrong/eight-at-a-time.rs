//! Met with: nothing was reported of it
//!
//! The ninth may end first.

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
    let mut children = children.into_iter().enumerate().peekable();
    while children.peek().is_some() {
        let (ended, ends) = channel();
        for (n, mut child) in children.by_ref().take(8) {
            let ended = ended.clone();
            thread::spawn(move || {
                let _waiting = waiting(format!("child {n}"));
                let status = child.wait().expect("we alone wait for it");
                let _ = ended.send((n, status));
            });
        }
        drop(ended);
        for (n, status) in ends {
            report(n, status);
        }
    }
}

#[path = "../check.rs"]
mod check;
