//! A channel without room, and `waitid`, which looks and leaves the child where
//! it is.

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::sync_channel;
use std::thread;

/// Waits for all of these children, and reports each as soon as it has ended.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let count = children.len();
    let (ended, ends) = sync_channel(0);
    thread::scope(|scope| {
        for (n, mut child) in children.into_iter().enumerate() {
            let ended = ended.clone();
            scope.spawn(move || {
                let pid = WaitId::Pid(Pid::from_child(&child));
                let looks = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                waitid(pid, looks).unwrap();
                ended.send((n, child.wait().unwrap())).unwrap();
            });
        }
        for (n, status) in ends.iter().take(count) {
            report(n, status);
        }
    });
}

#[path = "no-zombies/check.rs"]
mod check;
