//! Solution: join all.
//!
//! First start them all, then wait for them all. `join` gives back a panic as
//! an error, so there is nothing to unwrap.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let mut threads = Vec::new();
    for job in jobs {
        threads.push(thread::spawn(job));
    }
    let mut results = Vec::new();
    for thread in threads {
        results.push(thread.join());
    }
    results
}

#[path = "join-all/check.rs"]
mod check;
