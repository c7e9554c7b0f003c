//! Threads put what has ended into a list, and notify the one that reports.

use std::collections::VecDeque;
use std::process::{Child, ExitStatus};
use std::sync::{Condvar, Mutex};
use std::thread;

/// Waits for all of these children, and reports each as soon as it has ended.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    let list = Mutex::new(VecDeque::new());
    let longer = Condvar::new();
    let (list, longer) = (&list, &longer);
    let count = children.len();
    thread::scope(|scope| {
        for (n, mut child) in children.into_iter().enumerate() {
            scope.spawn(move || {
                let status = child.wait().unwrap();
                list.lock().unwrap().push_back((n, status));
                longer.notify_one();
            });
        }
        for _ in 0..count {
            let some = list.lock().unwrap();
            let empty = |list: &mut VecDeque<_>| list.is_empty();
            let mut some = longer.wait_while(some, empty).unwrap();
            let (n, status) = some.pop_front().unwrap();
            drop(some);
            report(n, status);
        }
    });
}

#[path = "no-zombies/check.rs"]
mod check;
