//! Met with: jobs gave
//!
//! `collect` into a `Result` stops at the first `Err`, and the rest is not asked
//! for: those threads run on behind the caller's back.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let threads: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
    let joined = threads.into_iter().map(|thread| thread.join());
    match joined.collect::<thread::Result<Vec<T>>>() {
        Ok(results) => results.into_iter().map(Ok).collect(),
        Err(panic) => vec![Err(panic)],
    }
}

#[path = "../check.rs"]
mod check;
