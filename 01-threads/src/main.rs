//! Rung 1: the crawl, with as many threads as may wait at once.
//!
//!     cargo run -p threads
//!
//! Who decides when we switch? The operating system, anywhere; so all that
//! two threads touch is behind a lock.

use lab::sync::{Condvar, Mutex};
use lab::{Frontier, Job, Page, fetch_by};
use std::process::ExitCode;
use std::thread::{self, Builder};
use threads::RUNG;

fn main() -> ExitCode {
    lab::run(&RUNG, crawl)
}

fn crawl(job: &Job) -> Frontier {
    let frontier = Mutex::new(job.frontier());
    let changed = Condvar::new();

    thread::scope(|scope| {
        let mut workers = Vec::new();
        for n in 1..=job.at_once {
            let worker = Builder::new().name(format!("worker {n}"));
            match worker.spawn_scoped(scope, || work(job, &frontier, &changed))
            {
                Ok(worker) => workers.push(worker),
                // Fewer workers crawl as well, only slower.
                Err(why) => {
                    eprintln!("threads that could start: {}: {why}", n - 1);
                    break;
                }
            }
        }
        if workers.is_empty() {
            work(job, &frontier, &changed);
        }
        for worker in workers {
            worker.join().unwrap();
        }
    });
    frontier.into_inner().unwrap()
}

/// Takes pages from the frontier until the crawl is over. The lock is held
/// between fetches, never across one.
fn work(job: &Job, frontier: &Mutex<Frontier>, changed: &Condvar) {
    let mut known = frontier.lock().unwrap();
    while !known.finished() {
        let Some(url) = known.next() else {
            // All known pages are taken; one under way may link to more.
            known = changed.wait(known).unwrap();
            continue;
        };
        drop(known);
        let fetched = fetch_by(&url, job.give_up()).inspect(Page::work);
        known = frontier.lock().unwrap();
        known.done(&url, fetched);
        changed.notify_all();
    }
}
