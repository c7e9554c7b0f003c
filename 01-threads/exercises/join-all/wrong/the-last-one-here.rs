//! Met with: had no thread of its own
//!
//! Why start a thread and wait for it, if this one has nothing else to do? A
//! thread saved; but the last job is not like the others any more. What it
//! leaves in thread-locals, and whom it parks, is its caller's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// Something to do on a thread of its own.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs all jobs at once. Gives back what each gave, or its panic, in the order
/// of the jobs, when all have ended.
pub fn join_all<T: Send + 'static>(
    mut jobs: Vec<Job<T>>,
) -> Vec<thread::Result<T>> {
    let Some(last) = jobs.pop() else { return Vec::new() };
    let threads: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
    let last = catch_unwind(AssertUnwindSafe(last));
    let first = threads.into_iter().map(|thread| thread.join());
    first.chain([last]).collect()
}

#[path = "../check.rs"]
mod check;
