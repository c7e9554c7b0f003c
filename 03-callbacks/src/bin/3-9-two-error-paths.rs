//! 3-9 · Two error paths: one is taken now, the other later.
//!
//!     cargo run -p callbacks --bin 3-9-two-error-paths
//!
//! Look at the last line: a link that fails at once lets too many pages be
//! under way.

use callbacks::{Loop, fetch};
use lab::{Fetched, Site, Url, address};
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

const AT_ONCE: i32 = 3;
const LIMIT: Duration = Duration::from_secs(2);

struct Crawl {
    urls: Vec<Url>,
    under_way: i32,
    results: Vec<Fetched>,
}

fn main() -> io::Result<()> {
    let site = Site::start();
    let mut urls = site.pages(12);
    let pages = urls.len();
    urls[11] = "mailto:reader@localhost".parse().expect("it is a link");
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

/// Begins to fetch pages, as many as there are places left.
fn fetch_more(events: &mut Loop, crawl: &Rc<RefCell<Crawl>>) {
    let under_way = crawl.borrow().under_way;
    for _ in under_way..AT_ONCE {
        let Some(url) = crawl.borrow_mut().urls.pop() else { return };
        crawl.borrow_mut().under_way += 1;
        let crawl = crawl.clone();
        fetch_page(events, &url, move |events, fetched| {
            end(events, &crawl, fetched);
        });
    }
}

/// Fetches a page, and calls `then` with it or with what is wrong.
fn fetch_page(
    events: &mut Loop,
    url: &Url,
    then: impl FnOnce(&mut Loop, Fetched) + 'static,
) {
    // The first error path: `then` is called before this returns.
    if let Err(why) = address(url) {
        return then(events, Err(why.into()));
    }
    // The second, for all that fails later: the loop calls `then`.
    fetch(events, url, Instant::now() + LIMIT, then);
}

/// Notes a result, and gives the page's place to another.
fn end(events: &mut Loop, crawl: &Rc<RefCell<Crawl>>, fetched: Fetched) {
    crawl.borrow_mut().under_way -= 1;
    crawl.borrow_mut().results.push(fetched);
    fetch_more(events, crawl);
}
