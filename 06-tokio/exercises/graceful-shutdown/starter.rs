//! Exercise: a graceful shutdown.
//!
//!     cargo test -p with-tokio --test graceful-shutdown
//!
//! `serve` has to end without losing anything. As it stands, it ends at once
//! when it is told to stop, and all jobs with it.

use check::Job;
use std::pin::pin;
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Runs jobs as they come, all at once, until `stop` is ready, or until nobody
/// can send any more. Then takes no more, and ends when those that were sent
/// have ended, or when it has had `patience` for so long. Gives the numbers of
/// those that it has given up.
pub async fn serve(
    mut jobs: mpsc::Receiver<Job>,
    stop: impl Future<Output = ()>,
    patience: Duration,
) -> Vec<u32> {
    let mut tasks = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        select! {
            () = &mut stop => break,
            job = jobs.recv() => match job {
                Some(job) => tasks.spawn(job.run()),
                None => break,
            },
        };
    }
    let _ = patience;
    Vec::new()
}

#[path = "graceful-shutdown/check.rs"]
mod check;
