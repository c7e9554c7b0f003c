//! Solution: bound the concurrency.
//!
//! All jobs are tasks from the beginning, and each waits for a permit first.
//! A task that has none costs a few hundred bytes and no time. A job brings its
//! place in the list along, because jobs end in any order.

use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Runs all jobs, at most `at_once` at the same time, and gives what they give,
/// in the order of the list.
pub async fn run_all<F>(jobs: Vec<F>, at_once: usize) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let permits = Arc::new(Semaphore::new(at_once));
    let mut outputs: Vec<_> = jobs.iter().map(|_| None).collect();
    let mut tasks = JoinSet::new();
    for (place, job) in jobs.into_iter().enumerate() {
        let permits = Arc::clone(&permits);
        tasks.spawn(async move {
            let _permit = permits.acquire().await.expect("it stays open");
            (place, job.await)
        });
    }
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok((place, output)) => outputs[place] = Some(output),
            // The set is dropped, and so are the tasks in it.
            Err(why) => resume_unwind(why.into_panic()),
        }
    }
    outputs.into_iter().map(|it| it.expect("all have ended")).collect()
}

#[path = "bound-the-concurrency/check.rs"]
mod check;
