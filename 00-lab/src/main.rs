//! Rung 0: the crawl, one page at a time.
//!
//!     cargo run -p lab
//!
//! Who decides when we switch? Nobody: there is nothing to switch to.

use lab::{Frontier, Job, Page, RUNG, fetch_by};
use std::process::ExitCode;

fn main() -> ExitCode {
    lab::run(&RUNG, crawl)
}

fn crawl(job: &Job) -> Frontier {
    let mut frontier = job.frontier();
    while let Some(url) = frontier.next() {
        let fetched = fetch_by(&url, job.give_up()).inspect(Page::work);
        frontier.done(&url, fetched);
    }
    frontier
}
