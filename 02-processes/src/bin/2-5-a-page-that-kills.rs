//! 2-5 · A page that kills its worker: it is put back, another worker starts,
//! and after three tries the page is given up.
//!
//!     cargo run -p processes --bin 2-5-a-page-that-kills
//!
//! Look at the page that is given up, and that all the others are there.

use lab::{Failure, Fetched, Site, Url, fetch};
use processes::{Worker, answer_orders, started_as};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::abort;
use std::sync::Mutex;
use std::thread;

const PAGES: usize = 24;
const WORKERS: usize = 4;
const TRIES: u32 = 3;
/// A worker that fetches this page dies of it.
const DEADLY: &str = "/20";

fn main() -> Result<(), Failure> {
    if started_as("worker").is_some() {
        return answer_orders(fetch_or_die);
    }
    let site = Site::start();
    let pages = site.pages(PAGES).into_iter().map(|page| (page, 1));
    let pages = Mutex::new(pages.collect());

    thread::scope(|scope| {
        for number in 1..=WORKERS {
            let pages = &pages;
            scope.spawn(move || {
                keep_busy(number, pages).expect("workers can be started");
            });
        }
    });

    let seen = site.finish();
    println!("{} pages, {} requests", seen.hits.len(), seen.requests);
    Ok(())
}

/// Gives pages to a worker, or to the one after it, until there are none left.
fn keep_busy(number: usize, pages: &Mutex<Vec<(Url, u32)>>) -> io::Result<()> {
    let mut worker = Worker::start(number)?;
    loop {
        let Some((page, tries)) = pages.lock().unwrap().pop() else { break };
        if worker.fetch(&page).is_ok() {
            continue;
        }
        let how = worker.end()?.signal();
        println!("{}, try {tries}: died of signal {how:?}", page.path());
        if tries < TRIES {
            pages.lock().unwrap().insert(0, (page, tries + 1));
        }
        worker = Worker::start(number)?;
    }
    worker.end()?;
    Ok(())
}

/// All of a worker's work: it fetches a page, and dies if that is the deadly
/// one.
fn fetch_or_die(page: &Url) -> Fetched {
    let fetched = fetch(page);
    if page.path() == DEADLY {
        abort();
    }
    fetched
}
