//! Met with: looked again and again whether they had ended
//!
//! All run, and nothing is lost; only the thread that is to wait for them asks
//! and asks, and needs a whole core for it.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let threads: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
    while !threads.iter().all(|thread| thread.is_finished()) {
        thread::yield_now();
    }
    threads.into_iter().map(|thread| thread.join()).collect()
}

#[path = "../check.rs"]
mod check;
