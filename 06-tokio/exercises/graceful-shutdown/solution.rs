//! Solution: a graceful shutdown.
//!
//! First the door is closed, then the room is emptied: what was sent before is
//! in the queue, and counts. One limit is around all of the draining, so that
//! nothing in there can outlast it.

use check::Job;
use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::timeout;

/// Runs jobs as they come, all at once, until `stop` is ready, or until nobody
/// can send any more. Then takes no more, and ends when those that were sent
/// have ended, or when it has had `patience` for so long. Gives the numbers of
/// those that it has given up.
pub async fn serve(
    mut jobs: mpsc::Receiver<Job>,
    stop: impl Future<Output = ()>,
    patience: Duration,
) -> Vec<u32> {
    let mut running = Running::default();
    let mut stop = pin!(stop);
    loop {
        select! {
            () = &mut stop => break,
            job = jobs.recv() => match job {
                Some(job) => running.start(job),
                None => break,
            },
            Some(ended) = running.tasks.join_next_with_id() => {
                running.note(ended);
            }
        }
    }
    jobs.close();
    let drain = async {
        loop {
            select! {
                // There is a `None` when nobody has a permit any more, either.
                Some(job) = jobs.recv() => running.start(job),
                Some(ended) = running.tasks.join_next_with_id() => {
                    running.note(ended);
                }
                else => break,
            }
        }
    };
    // Ready or not: what is left then is given up.
    let _ = timeout(patience, drain).await;
    running.numbers.into_values().collect()
}

/// The jobs that have begun and not ended. They end when this is dropped.
#[derive(Default)]
struct Running {
    tasks: JoinSet<()>,
    numbers: HashMap<Id, u32>,
}

impl Running {
    fn start(&mut self, job: Job) {
        let number = job.number;
        let task = self.tasks.spawn(job.run());
        self.numbers.insert(task.id(), number);
    }

    /// A job has ended, or has panicked, which concerns no other.
    fn note(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = ended.map_or_else(|why| why.id(), |(id, ())| id);
        self.numbers.remove(&id);
    }
}

#[path = "graceful-shutdown/check.rs"]
mod check;
