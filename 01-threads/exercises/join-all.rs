//! Exercise: join all.
//!
//!     cargo test -p threads --test join-all
//!
//! All jobs run at the same time, each on a thread of its own; what they give
//! back comes in the order of the jobs, and a job that panics harms no other.
//! As it stands, the panic of one job takes the results of all with it. Mend
//! it.

use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let mut results = Vec::new();
    for job in jobs {
        let thread = thread::spawn(job);
        let result = thread.join().unwrap();
        results.push(Ok(result));
    }
    results
}

#[path = "join-all/check.rs"]
mod check;
