//! Met with: it ran on that of job
//!
//! As many threads as jobs, and each takes the next job from the list. One whose
//! job is done at once takes another.

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
    let mut results: Vec<_> = jobs.iter().map(|_| None).collect();
    let places = Mutex::new(jobs.into_iter().zip(&mut results));
    let threads = places.lock().unwrap().len();
    let work = || {
        loop {
            let next = places.lock().unwrap().next();
            let Some((job, place)) = next else { break };
            *place = Some(catch_unwind(AssertUnwindSafe(job)));
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    drop(places);
    results.into_iter().map(|result| result.expect("they ended")).collect()
}

#[path = "../check.rs"]
mod check;
