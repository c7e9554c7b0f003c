//! Handles instead of a set. Whatever happens to this function, a guard aborts
//! the tasks; and at the end it asks each handle whether its task has ended.

use check::Job;
use std::pin::pin;
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// The number of each job, and its task.
#[derive(Default)]
struct Tasks(Vec<(u32, JoinHandle<()>)>);

impl Tasks {
    fn start(&mut self, job: Job) {
        self.0.retain(|(_, task)| !task.is_finished());
        self.0.push((job.number, tokio::spawn(job.run())));
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(|(_, task)| task.abort());
    }
}

/// Runs jobs as they come, all at once, until `stop` is ready, or until nobody
/// can send any more. Then takes no more, and ends when those that were sent
/// have ended, or when it has had `patience` for so long. Gives the numbers of
/// those that it has given up.
pub async fn serve(
    mut jobs: mpsc::Receiver<Job>,
    stop: impl Future<Output = ()>,
    patience: Duration,
) -> Vec<u32> {
    let mut tasks = Tasks::default();
    let mut stop = pin!(stop);
    while let Some(job) = select! {
        () = &mut stop => None,
        job = jobs.recv() => job,
    } {
        tasks.start(job);
    }
    let deadline = Instant::now() + patience;
    jobs.close();
    while let Ok(Some(job)) = timeout_at(deadline, jobs.recv()).await {
        tasks.start(job);
    }
    for (_, task) in &mut tasks.0 {
        // A task that has panicked has ended, too.
        if timeout_at(deadline, task).await.is_err() {
            break;
        }
    }
    let left = tasks.0.iter().filter(|(_, task)| !task.is_finished());
    left.map(|(number, _)| *number).collect()
}

#[path = "graceful-shutdown/check.rs"]
mod check;
