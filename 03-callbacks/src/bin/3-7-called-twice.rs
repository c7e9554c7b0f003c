//! 3-7 · Called twice: once by the answer, and once by a timer.
//!
//!     cargo run -p callbacks --bin 3-7-called-twice
//!
//! Look at the last two lines: each page has two results, and more pages were
//! under way than may be.

use callbacks::{Loop, fetch};
use lab::{Failure, Fetched, Site, Url};
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

const AT_ONCE: i32 = 3;
const PATIENCE: Duration = Duration::from_millis(40);
const LIMIT: Duration = Duration::from_secs(2);

struct Crawl {
    urls: Vec<Url>,
    under_way: i32,
    results: Vec<Fetched>,
}

fn main() -> io::Result<()> {
    let site = Site::start();
    let urls = site.pages(12);
    let pages = urls.len();
    let crawl = Crawl { urls, under_way: 0, results: Vec::new() };
    let crawl = Rc::new(RefCell::new(crawl));

    let mut events = Loop::new()?;
    fetch_more(&mut events, &crawl);
    events.run()?;

    let seen = site.finish();
    println!("{pages} pages, {} results", crawl.borrow().results.len());
    println!("{AT_ONCE} at once are allowed, {} were seen", seen.peak);
    Ok(())
}

/// Begins to fetch pages, until as many are under way as may be.
fn fetch_more(events: &mut Loop, crawl: &Rc<RefCell<Crawl>>) {
    while crawl.borrow().under_way < AT_ONCE {
        let Some(url) = crawl.borrow_mut().urls.pop() else { return };
        crawl.borrow_mut().under_way += 1;
        let (too_late, in_time) = (crawl.clone(), crawl.clone());
        events.after(PATIENCE, move |events| {
            end(events, &too_late, Err(Failure::TimedOut));
        });
        // When the page is here, the timer stays set.
        let limit = Instant::now() + LIMIT;
        fetch(events, &url, limit, move |events, fetched| {
            end(events, &in_time, fetched);
        });
    }
}

/// Notes a result, and gives the page's place to another.
fn end(events: &mut Loop, crawl: &Rc<RefCell<Crawl>>, fetched: Fetched) {
    crawl.borrow_mut().under_way -= 1;
    crawl.borrow_mut().results.push(fetched);
    fetch_more(events, crawl);
}
