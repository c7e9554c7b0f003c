//! Rung 6: the crawl, with a task for each page, on tokio.
//!
//!     cargo run -p with-tokio
//!
//! Who decides when we switch? The task, wherever it awaits. A `JoinSet` has
//! the tasks, and a semaphore says how many fetch at once.

use lab::{Fetched, Frontier, Job, Page, Url};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use with_tokio::{RUNG, Web, fetch_by, lane, waits_for};

fn main() -> ExitCode {
    lab::run(&RUNG, |job| {
        let runtime = Runtime::new().expect("a runtime");
        runtime.block_on(crawl(job))
    })
}

async fn crawl(job: &Job) -> Frontier {
    let mut frontier = job.frontier();
    let web = Web::of(job);
    let permits = Arc::new(Semaphore::new(job.at_once));
    let mut pages = JoinSet::new();
    loop {
        while let Some(url) = frontier.next() {
            let (job, web) = (job.clone(), web.clone());
            pages.spawn(lane("", visit(url, job, web, permits.clone())));
        }
        let Some(visited) = pages.join_next().await else { break };
        let (url, fetched) = visited.expect("a visit does not panic");
        frontier.done(&url, fetched);
    }
    frontier
}

/// Fetches a page once there is a permit, and works on it.
async fn visit(
    url: Url,
    job: Job,
    web: Option<Web>,
    permits: Arc<Semaphore>,
) -> (Url, Fetched) {
    let permit = waits_for("a permit", permits.acquire());
    let _permit = permit.await.expect("it stays open");
    // In a box: a task that waits for its permit has no buffer yet.
    let fetched = match web {
        None => Box::pin(fetch_by(&url, job.give_up())).await,
        // Another machine, or https.
        Some(web) => Box::pin(web.fetch(&url)).await,
    };
    let fetched = fetched.inspect(Page::work);
    (url, fetched)
}
