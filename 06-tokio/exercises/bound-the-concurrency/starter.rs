//! Exercise: bound the concurrency.
//!
//!     cargo test -p with-tokio --test bound-the-concurrency
//!
//! `run_all` has to run jobs, a few at a time. As it stands, it takes as many
//! as may run, and no other before all of these have ended.

use tokio::task::JoinSet;

/// Runs all jobs, at most `at_once` at the same time, and gives what they give,
/// in the order of the list.
pub async fn run_all<F>(jobs: Vec<F>, at_once: usize) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut jobs = jobs.into_iter();
    let mut outputs = Vec::new();
    while jobs.len() > 0 {
        let round: JoinSet<_> = jobs.by_ref().take(at_once).collect();
        outputs.extend(round.join_all().await);
    }
    outputs
}

#[path = "bound-the-concurrency/check.rs"]
mod check;
