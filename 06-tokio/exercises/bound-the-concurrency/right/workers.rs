//! As many workers as may run. Each takes the next job when it has ended one,
//! and sends what it gives to the one that collects.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Runs all jobs, at most `at_once` at the same time, and gives what they give,
/// in the order of the list.
pub async fn run_all<F>(jobs: Vec<F>, at_once: usize) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut outputs: Vec<_> = jobs.iter().map(|_| None).collect();
    let jobs = Arc::new(Mutex::new(jobs.into_iter().enumerate()));
    let (sender, mut receiver) = mpsc::channel(at_once);
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        let (jobs, sender) = (Arc::clone(&jobs), sender.clone());
        workers.spawn(async move {
            loop {
                // The lock is not held while the job runs.
                let next = jobs.lock().unwrap().next();
                let Some((place, job)) = next else { break };
                let output = job.await;
                let sent = sender.send((place, output)).await;
                assert!(sent.is_ok(), "the receiver is there");
            }
        });
    }
    drop(sender);
    loop {
        tokio::select! {
            Some(ended) = workers.join_next() => {
                ended.unwrap_or_else(|why| resume_unwind(why.into_panic()));
            }
            received = receiver.recv() => match received {
                Some((place, output)) => outputs[place] = Some(output),
                None => break,
            }
        }
    }
    while let Some(ended) = workers.join_next().await {
        ended.unwrap_or_else(|why| resume_unwind(why.into_panic()));
    }
    outputs.into_iter().map(|it| it.expect("all have ended")).collect()
}

#[path = "bound-the-concurrency/check.rs"]
mod check;
