//! Results come as the threads end, each with its place; then they are sorted.
//! No thread is joined: that all results are here is enough.

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
    for (n, job) in jobs.into_iter().enumerate() {
        let sender = sender.clone();
        thread::spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(job));
            let _ = sender.send((n, result));
        });
    }
    drop(sender);
    let mut results: Vec<_> = receiver.into_iter().collect();
    results.sort_by_key(|(n, _)| *n);
    results.into_iter().map(|(_, result)| result).collect()
}

#[path = "join-all/check.rs"]
mod check;
