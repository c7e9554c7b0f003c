//! 1-8 · Wait until something has changed: look, sleep, look again.
//!
//!     cargo run -p threads --bin 1-8-wait-until-changed
//!
//! Look at the two that wait: one is woken for each page, the other for none.

use lab::sync::{Condvar, Mutex};
use lab::{Failure, Fetched, Site, fetch};
use std::io;
use std::sync::Barrier;
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

/// After this `careless` gives up. It would sleep for ever.
const LIMIT: Duration = Duration::from_millis(100);

struct Crawl {
    pages: Mutex<Vec<Fetched>>,
    /// Notified when there is one page more.
    changed: Condvar,
    /// Makes the unlucky moment certain: between its look and its sleep,
    /// `careless` stands here until all pages have come.
    gap: Barrier,
}

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let crawl = Crawl {
        pages: Mutex::new(Vec::new()),
        changed: Condvar::new(),
        gap: Barrier::new(2),
    };

    thread::scope(|scope| {
        let thread = |name: &str| Builder::new().name(name.to_owned());
        thread("careful").spawn_scoped(scope, || careful(&crawl))?;
        thread("careless").spawn_scoped(scope, || careless(&crawl))?;
        crawl.gap.wait();
        for url in site.pages(2) {
            let fetched = fetch(&url);
            crawl.pages.lock().unwrap().push(fetched);
            crawl.changed.notify_all();
        }
        crawl.gap.wait();
        io::Result::Ok(())
    })?;

    site.finish();
    for fetched in crawl.pages.into_inner().unwrap() {
        println!("{}", fetched?);
    }
    Ok(())
}

/// Waits until both pages are here: looks and goes to sleep under one lock.
fn careful(crawl: &Crawl) {
    let mut looks = 1;
    let mut pages = crawl.pages.lock().unwrap();
    while pages.len() < 2 {
        // Releases the lock and sleeps, in one step; takes the lock again.
        pages = crawl.changed.wait(pages).unwrap();
        looks += 1;
    }
    println!("careful looked {looks} times, pages here: {}", pages.len());
}

/// The same, but releases the lock between the look and the sleep.
fn careless(crawl: &Crawl) {
    let here = crawl.pages.lock().unwrap().len();
    crawl.gap.wait();
    // The lock is free, and `main` adds both pages.
    crawl.gap.wait();

    let start = Instant::now();
    if here < 2 {
        let pages = crawl.pages.lock().unwrap();
        drop(crawl.changed.wait_timeout(pages, LIMIT));
    }
    println!("careless looked once, then slept {:.0?}", start.elapsed());
}
