//! Rung 5: the crawl, with a task for each page, on an executor of our own.
//!
//!     cargo run -p own-executor -- --workers 1
//!
//! Who decides when we switch? The task, wherever it awaits. What comes next is
//! kept by its future, and a semaphore says how many fetch at once.

use lab::{Frontier, Job, Page, Url};
use own_executor::sync::{Notify, Semaphore};
use own_executor::{RUNG, block_on, fetch_by, pool, spawn};
use std::mem;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

fn main() -> ExitCode {
    lab::run(&RUNG, |job| match job.workers {
        1 => block_on(crawl(job, |crawl, url| drop(spawn(visit(crawl, url))))),
        n => pool::block_on(
            n,
            crawl(job, |crawl, url| drop(pool::spawn(visit(crawl, url)))),
        ),
    })
}

/// What the tasks share.
struct Crawl {
    job: Job,
    frontier: Mutex<Frontier>,
    /// One for each page that may be under way.
    permits: Semaphore,
    /// A page is done, and may have brought others.
    changed: Notify,
}

async fn crawl(job: &Job, spawn: impl Fn(Arc<Crawl>, Url)) -> Frontier {
    let crawl = Arc::new(Crawl {
        job: job.clone(),
        frontier: Mutex::new(job.frontier()),
        permits: Semaphore::new(job.at_once),
        changed: Notify::new(),
    });
    while !crawl.frontier.lock().unwrap().finished() {
        let permit = crawl.permits.acquire().await.expect("it stays open");
        let next = crawl.frontier.lock().unwrap().next();
        let Some(url) = next else {
            // All known pages are taken; one under way may link to more.
            drop(permit);
            crawl.changed.notified().await;
            continue;
        };
        // It comes back when the page is done.
        permit.forget();
        spawn(crawl.clone(), url);
    }
    mem::take(&mut *crawl.frontier.lock().unwrap())
}

/// Fetches a page, and notes what became of it.
async fn visit(crawl: Arc<Crawl>, url: Url) {
    let fetched = fetch_by(&url, crawl.job.give_up()).await;
    let fetched = fetched.inspect(Page::work);
    crawl.frontier.lock().unwrap().done(&url, fetched);
    crawl.permits.add_permits(1);
    crawl.changed.notify_one();
}
