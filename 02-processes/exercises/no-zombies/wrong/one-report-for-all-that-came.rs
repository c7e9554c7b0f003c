//! Met with: others ended at the same time
//!
//! It is woken once for several, and looks at one.

use lab::waiting;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Waits for all of these children. Reports each as soon as it has ended, by
/// its place in the list, while others still run.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let mut left = children.len();
    let (ended, ends) = channel();
    for (n, mut child) in children.into_iter().enumerate() {
        let ended = ended.clone();
        thread::spawn(move || {
            let _waiting = waiting(format!("child {n}"));
            let status = child.wait().expect("we alone wait for it");
            let _ = ended.send((n, status));
        });
    }
    while left > 0 {
        let (n, status) = ends.recv().expect("one is left");
        thread::sleep(Duration::from_millis(100));
        left -= 1 + ends.try_iter().count();
        report(n, status);
    }
}

#[path = "../check.rs"]
mod check;
