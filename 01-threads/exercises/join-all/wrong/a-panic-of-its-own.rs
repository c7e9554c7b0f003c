//! Met with: is a panic that is not the job's
//!
//! That a job panicked is kept, and why is thrown away: what comes out is a text
//! that fits every panic.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let threads: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
    let mut results: Vec<thread::Result<T>> = Vec::new();
    for thread in threads {
        match thread.join() {
            Ok(result) => results.push(Ok(result)),
            Err(_) => results.push(Err(Box::new("a job panicked"))),
        }
    }
    results
}

#[path = "../check.rs"]
mod check;
