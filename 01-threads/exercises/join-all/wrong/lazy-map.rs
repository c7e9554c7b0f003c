//! Met with: the jobs never overlapped
//!
//! Looks like two passes, and is one: `map` does nothing until `collect` asks
//! it for the next result, and then it starts one thread and waits for it.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    jobs.into_iter().map(thread::spawn).map(|thread| thread.join()).collect()
}

#[path = "../check.rs"]
mod check;
