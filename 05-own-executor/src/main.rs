//! Rung 5: the crawl, with a task for each page, on an executor of our own.
//!
//!     cargo run -p own-executor
//!
//! Who decides when we switch? The task, wherever it awaits. What comes next is
//! kept by its future, and a semaphore says how many fetch at once.

use lab::{Frontier, Job, Page, Url};
use own_executor::sync::{Notify, Semaphore};
use own_executor::{RUNG, block_on, fetch_by, spawn};
use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;

fn main() -> ExitCode {
    lab::run(&RUNG, |job| block_on(crawl(job)))
}

/// What the tasks share.
struct Crawl {
    job: Job,
    frontier: RefCell<Frontier>,
    /// One for each page that may be under way.
    permits: Semaphore,
    /// A page is done, and may have brought others.
    changed: Notify,
}

async fn crawl(job: &Job) -> Frontier {
    let crawl = Rc::new(Crawl {
        job: job.clone(),
        frontier: RefCell::new(job.frontier()),
        permits: Semaphore::new(job.at_once),
        changed: Notify::new(),
    });
    while !crawl.frontier.borrow().finished() {
        let permit = crawl.permits.acquire().await.expect("it stays open");
        let next = crawl.frontier.borrow_mut().next();
        let Some(url) = next else {
            // All known pages are taken; one under way may link to more.
            drop(permit);
            crawl.changed.notified().await;
            continue;
        };
        // It comes back when the page is done.
        permit.forget();
        drop(spawn(visit(crawl.clone(), url)));
    }
    crawl.frontier.take()
}

/// Fetches a page, and notes what became of it.
async fn visit(crawl: Rc<Crawl>, url: Url) {
    let fetched = fetch_by(&url, crawl.job.give_up()).await;
    let fetched = fetched.inspect(Page::work);
    crawl.frontier.borrow_mut().done(&url, fetched);
    crawl.permits.add_permits(1);
    crawl.changed.notify_one();
}
