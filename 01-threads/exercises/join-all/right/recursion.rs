//! Starts the last, does the same with the rest, and joins on the way back:
//! the calls are the list of threads.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    mut jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let Some(last) = jobs.pop() else { return Vec::new() };
    let last = thread::spawn(last);
    let mut results = join_all(jobs);
    results.push(last.join());
    results
}

#[path = "join-all/check.rs"]
mod check;
