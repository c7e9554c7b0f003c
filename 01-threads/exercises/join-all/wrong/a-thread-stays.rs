//! Met with: have not ended
//!
//! A thread that prints a dot now and then, and that nobody tells to stop.

use std::thread;
use std::time::Duration;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    thread::spawn(|| {
        loop {
            thread::sleep(Duration::from_secs(1));
            print!(".");
        }
    });
    let mut threads = Vec::new();
    for job in jobs {
        threads.push(thread::spawn(job));
    }
    threads.into_iter().map(|thread| thread.join()).collect()
}

#[path = "../check.rs"]
mod check;
