//! One task polls all jobs: those that run are in a `FuturesUnordered`, and a
//! panic is caught where it comes from.

use check::Job;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
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
    let mut running = FuturesUnordered::new();
    let mut numbers = BTreeSet::new();
    let mut stop = pin!(stop);
    let (mut is_open, mut can_come) = (true, true);
    // Set off when the door is closed.
    let mut is_over = pin!(sleep_until(Instant::now()));
    while is_open || can_come || !running.is_empty() {
        let mut closes = false;
        select! {
            () = &mut stop, if is_open => closes = true,
            () = &mut is_over, if !is_open => break,
            job = jobs.recv(), if can_come => match job {
                Some(job) => {
                    let number = job.number;
                    numbers.insert(number);
                    let run = AssertUnwindSafe(job.run()).catch_unwind();
                    running.push(run.map(move |_| number));
                }
                None => (closes, can_come) = (is_open, false),
            },
            Some(number) = running.next() => {
                numbers.remove(&number);
            }
        }
        if closes {
            is_open = false;
            jobs.close();
            is_over.as_mut().reset(Instant::now() + patience);
        }
    }
    numbers.into_iter().collect()
}

#[path = "graceful-shutdown/check.rs"]
mod check;
