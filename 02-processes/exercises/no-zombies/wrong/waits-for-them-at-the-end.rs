//! Met with: it stays as a zombie
//!
//! Each is looked at in time, but is not waited for in time.

use lab::waiting;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::channel;
use std::thread;

/// Waits for all of these children. Reports each as soon as it has ended, by
/// its place in the list, while others still run.
pub fn collect(
    mut children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let (ended, ends) = channel();
    for (n, child) in children.iter().enumerate() {
        let (ended, child) = (ended.clone(), Pid::from_child(child));
        thread::spawn(move || {
            let _waiting = waiting(format!("child {n}"));
            let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let end = waitid(WaitId::Pid(child), look).unwrap().unwrap();
            let code = end.exit_status().map(|code| code << 8);
            let status = code.or(end.terminating_signal()).unwrap();
            let _ = ended.send((n, ExitStatus::from_raw(status as i32)));
        });
    }
    drop(ended);
    for (n, status) in ends {
        report(n, status);
    }
    for child in &mut children {
        child.wait().expect("we alone wait for it");
    }
}

#[path = "no-zombies/check.rs"]
mod check;
