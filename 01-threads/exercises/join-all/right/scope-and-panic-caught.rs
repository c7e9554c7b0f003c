//! Scoped threads that write into a place of their own each, and catch the
//! panic where it happens: there is nothing to join by hand.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let mut results: Vec<_> = jobs.iter().map(|_| None).collect();
    thread::scope(|scope| {
        for (job, place) in jobs.into_iter().zip(&mut results) {
            scope.spawn(|| {
                *place = Some(catch_unwind(AssertUnwindSafe(job)));
            });
        }
    });
    results.into_iter().map(|result| result.expect("they ended")).collect()
}

#[path = "join-all/check.rs"]
mod check;
