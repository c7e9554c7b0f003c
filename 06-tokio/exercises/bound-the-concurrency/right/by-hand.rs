//! No task at all: those that run lie in a list, and each poll asks all of
//! them. It takes the next jobs in the same poll.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Runs all jobs, at most `at_once` at the same time, and gives what they give,
/// in the order of the list.
pub async fn run_all<F>(jobs: Vec<F>, at_once: usize) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut outputs: Vec<_> = jobs.iter().map(|_| None).collect();
    let mut jobs = jobs.into_iter().map(Box::pin).enumerate();
    let mut running: Vec<(usize, Pin<Box<F>>)> = Vec::new();
    poll_fn(|context| {
        loop {
            running.retain_mut(|(place, job)| {
                match job.as_mut().poll(context) {
                    Poll::Ready(output) => outputs[*place] = Some(output),
                    Poll::Pending => return true,
                }
                false
            });
            let room = at_once - running.len();
            let before = running.len();
            running.extend(jobs.by_ref().take(room));
            if running.is_empty() {
                return Poll::Ready(());
            }
            // New ones have to be polled, too.
            if running.len() == before {
                return Poll::Pending;
            }
        }
    })
    .await;
    outputs.into_iter().map(|it| it.expect("all have ended")).collect()
}

#[path = "bound-the-concurrency/check.rs"]
mod check;
