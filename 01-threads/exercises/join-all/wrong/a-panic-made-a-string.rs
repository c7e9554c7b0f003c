//! Met with: is a panic that is not the job's
//!
//! The text of a panic is handed on as a `String`, whatever it was: one that was
//! a `&str` is another thing now.

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
        results.push(thread.join().map_err(|panic| {
            match panic.downcast::<&str>() {
                Ok(text) => Box::new(text.to_string()),
                Err(other) => other,
            }
        }));
    }
    results
}

#[path = "../check.rs"]
mod check;
