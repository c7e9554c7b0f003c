//! 1-6 · Deadlock: each holds the lock that the other waits for.
//!
//!     cargo run -p threads --bin 1-6-deadlock
//!
//! Look at which thread waits for which: it is a circle.

use lab::sync::Mutex;
use lab::{Failure, Page, Site, Url, fetch, waiting};
use std::collections::HashSet;
use std::io;
use std::sync::Barrier;
use std::thread::{Builder, JoinHandle, sleep};
use std::time::Duration;

struct Crawl {
    known: Mutex<HashSet<Url>>,
    pages: Mutex<Vec<Page>>,
    /// Makes the unlucky moment certain.
    each_holds_one: Barrier,
}

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let page = fetch(&site.page(0))?;
    // Never dropped: two threads that never end go on using it.
    let crawl: &Crawl = Box::leak(Box::new(Crawl {
        known: Mutex::new(HashSet::new()),
        pages: Mutex::new(Vec::new()),
        each_holds_one: Barrier::new(2),
    }));

    let thread = |name: &str| Builder::new().name(name.to_owned());
    let threads = [
        thread("crawler").spawn(move || keep(page, crawl))?,
        thread("reporter").spawn(move || report(crawl))?,
    ];
    join_unless_stuck(&threads)?;

    // At the end of `main` the process ends, and with it all its threads.
    site.finish();
    Ok(())
}

/// Keeps a page and what it links to.
fn keep(page: Page, crawl: &Crawl) {
    let mut known = crawl.known.lock().unwrap();
    crawl.each_holds_one.wait();
    let mut pages = crawl.pages.lock().unwrap();
    known.extend(page.links.clone());
    pages.push(page);
}

/// Says how far the crawl is.
fn report(crawl: &Crawl) {
    let pages = crawl.pages.lock().unwrap();
    crawl.each_holds_one.wait();
    let known = crawl.known.lock().unwrap();
    println!("{} pages, {} links", pages.len(), known.len());
}

/// Waits until the threads have ended, or says why they never will.
fn join_unless_stuck(threads: &[JoinHandle<()>]) -> io::Result<()> {
    let _waiting = waiting("both threads");
    while !threads.iter().all(JoinHandle::is_finished) {
        let so_far = timeline::so_far()?;
        if !so_far.circles().is_empty() {
            for sentence in so_far.explain_waits(so_far.silence()) {
                println!("{sentence}");
            }
            break;
        }
        // Nothing will wake us, so we have to look.
        sleep(Duration::from_millis(50));
    }
    Ok(())
}
