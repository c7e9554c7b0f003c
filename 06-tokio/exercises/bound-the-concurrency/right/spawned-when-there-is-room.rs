//! A job becomes a task when there is room for it: the set itself knows how
//! many run, and no semaphore is needed.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use tokio::task::JoinSet;

/// Runs all jobs, at most `at_once` at the same time, and gives what they give,
/// in the order of the list.
pub async fn run_all<F>(jobs: Vec<F>, at_once: usize) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut outputs = BTreeMap::new();
    let mut tasks = JoinSet::new();
    let mut jobs = jobs.into_iter().enumerate();
    loop {
        while tasks.len() < at_once {
            let Some((place, job)) = jobs.next() else { break };
            tasks.spawn(async move { (place, job.await) });
        }
        let Some(joined) = tasks.join_next().await else { break };
        let joined =
            joined.unwrap_or_else(|why| resume_unwind(why.into_panic()));
        outputs.extend([joined]);
    }
    outputs.into_values().collect()
}

#[path = "bound-the-concurrency/check.rs"]
mod check;
