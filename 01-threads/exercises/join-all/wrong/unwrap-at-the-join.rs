//! Met with: came out of `join_all`
//!
//! The first panic is passed on; the threads behind it are left alone, and what
//! they give is never asked for.

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
    threads.into_iter().map(|thread| Ok(thread.join().unwrap())).collect()
}

#[path = "../check.rs"]
mod check;
