//! Met with: jobs gave
//!
//! `flat_map` over a `Result` takes the good and drops the bad: nobody can tell
//! any more which job the third result is of.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let threads: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
    threads.into_iter().flat_map(|thread| thread.join()).map(Ok).collect()
}

#[path = "../check.rs"]
mod check;
