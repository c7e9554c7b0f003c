//! Met with: jobs were running at the same time
//!
//! Results and panics are in their places, and jobs do overlap, but a third is
//! begun only when two have ended: if they wait for it, they wait for ever.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let mut results = Vec::new();
    let mut jobs = jobs.into_iter().peekable();
    while jobs.peek().is_some() {
        let two: Vec<_> = jobs.by_ref().take(2).map(thread::spawn).collect();
        results.extend(two.into_iter().map(|thread| thread.join()));
    }
    results
}

#[path = "../check.rs"]
mod check;
