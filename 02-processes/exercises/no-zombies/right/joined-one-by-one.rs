//! Each thread says that it is about to end, and is joined for how it ended.

use std::process::{Child, ExitStatus};
use std::sync::mpsc::channel;
use std::thread;

/// Waits for all of these children, and reports each as soon as it has ended.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let (ends, ended) = channel();
    let mut threads: Vec<_> = children
        .into_iter()
        .enumerate()
        .map(|(n, child)| {
            let ends = ends.clone();
            Some(thread::spawn(move || {
                let output = child.wait_with_output().unwrap();
                ends.send(n).unwrap();
                output.status
            }))
        })
        .collect();
    for _ in 0..threads.len() {
        let n = ended.recv().unwrap();
        report(n, threads[n].take().unwrap().join().unwrap());
    }
}

#[path = "no-zombies/check.rs"]
mod check;
