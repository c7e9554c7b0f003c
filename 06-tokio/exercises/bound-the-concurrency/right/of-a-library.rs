//! What the crate `futures-util` has: a stream of jobs, of which it polls some.
//! `buffer_unordered` begins another one as soon as one ends. All run in the
//! task that polls it.

use futures_util::stream::{StreamExt, iter};

/// Runs all jobs, at most `at_once` at the same time, and gives what they give,
/// in the order of the list.
pub async fn run_all<F>(jobs: Vec<F>, at_once: usize) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let jobs = jobs.into_iter().enumerate();
    let jobs = jobs.map(|(place, job)| async move { (place, job.await) });
    let mut outputs: Vec<_> =
        iter(jobs).buffer_unordered(at_once).collect().await;
    outputs.sort_by_key(|(place, _)| *place);
    outputs.into_iter().map(|(_, output)| output).collect()
}

#[path = "bound-the-concurrency/check.rs"]
mod check;
