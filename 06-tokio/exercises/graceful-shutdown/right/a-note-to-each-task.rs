//! No task is aborted. Each waits for its job, or for the note that the time is
//! over, and then says whether it has given its job up.

use check::Job;
use std::pin::pin;
use std::time::Duration;
use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Runs jobs as they come, all at once, until `stop` is ready, or until nobody
/// can send any more. Then takes no more, and ends when those that were sent
/// have ended, or when it has had `patience` for so long. Gives the numbers of
/// those that it has given up.
pub async fn serve(
    mut jobs: mpsc::Receiver<Job>,
    stop: impl Future<Output = ()>,
    patience: Duration,
) -> Vec<u32> {
    let (deadline, _) = watch::channel(None::<Instant>);
    let mut tasks = JoinSet::new();
    let mut start = |job: Job| {
        let (number, mut deadline) = (job.number, deadline.subscribe());
        tasks.spawn(async move {
            let is_over = async {
                let known = deadline.wait_for(Option::is_some).await;
                let at = known.ok().and_then(|it| *it).expect("it comes");
                sleep_until(at).await;
            };
            select! {
                () = job.run() => None,
                () = is_over => Some(number),
            }
        });
    };
    let mut stop = pin!(stop);
    loop {
        select! {
            biased;
            () = &mut stop => break,
            job = jobs.recv() => match job {
                Some(job) => start(job),
                None => break,
            },
        }
    }
    jobs.close();
    let at = Instant::now() + patience;
    deadline.send_replace(Some(at));
    let is_over = sleep_until(at);
    let mut is_over = pin!(is_over);
    loop {
        select! {
            biased;
            job = jobs.recv() => match job {
                Some(job) => start(job),
                None => break,
            },
            () = &mut is_over => break,
        }
    }
    let mut given_up = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        given_up.extend(ended.ok().flatten());
    }
    given_up
}

#[path = "graceful-shutdown/check.rs"]
mod check;
