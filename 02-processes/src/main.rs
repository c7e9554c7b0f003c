//! Rung 2: the crawl, with as many worker processes as may wait at once.
//!
//!     cargo run -p processes
//!
//! Who decides when we switch? The operating system, anywhere; but workers
//! share nothing, so the frontier needs no lock, and a worker that crashes ends
//! no other.

use lab::{Failure, Frontier, Job, Page, fetch_by};
use processes::{Outcome, Pool, RUNG, work_if_worker};
use std::collections::HashMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    work_if_worker(|url, deadline| fetch_by(url, deadline).inspect(Page::work));
    lab::run(&RUNG, crawl)
}

fn crawl(job: &Job) -> Frontier {
    let mut frontier = job.frontier();
    let mut pool = Pool::start(job.at_once, job.deadline);
    let mut tries = HashMap::new();

    while !frontier.finished() {
        while pool.has_idle()
            && let Some(url) = frontier.next()
        {
            pool.give_page(url, job.give_up());
        }
        match pool.next_outcome() {
            Ok(Outcome::Fetched(url, fetched)) => frontier.done(&url, fetched),
            Ok(Outcome::Lost(url, end)) => {
                let tries = tries.entry(url.clone()).or_insert(0);
                *tries += u32::from(end.may_be_its_own_fault());
                if *tries < RUNG.tries {
                    frontier.put_back(&url);
                } else {
                    let why = Failure::Deadly(end.to_string());
                    frontier.done(&url, Err(why));
                }
            }
            // No more workers can be started, so every page that is left fails.
            Err(why) => {
                let why = Failure::from(why);
                while let Some(url) = frontier.next() {
                    frontier.done(&url, Err(why.clone()));
                }
            }
        }
    }
    frontier
}
