//! Starts the last job first, and joins the last thread first. In which order
//! they are joined does not matter, as long as all have been started.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let start = |job| thread::Builder::new().spawn(job).expect("a thread");
    let threads: Vec<_> = jobs.into_iter().rev().map(start).collect();
    let mut results: Vec<_> = threads.into_iter().map(|t| t.join()).collect();
    results.reverse();
    results
}

#[path = "join-all/check.rs"]
mod check;
