//! Met with: not in the order of the jobs
//!
//! A channel brings the results as they come: whoever is done first is first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let (sender, receiver) = channel();
    for job in jobs {
        let sender = sender.clone();
        thread::spawn(move || {
            sender.send(catch_unwind(AssertUnwindSafe(job))).unwrap();
        });
    }
    drop(sender);
    receiver.into_iter().collect()
}

#[path = "../check.rs"]
mod check;
