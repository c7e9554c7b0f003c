//! 3-8 · Never called: a page that is not there takes a place for ever.
//!
//!     cargo run -p callbacks --bin 3-8-never-called
//!
//! Look at the last line: pages are missing, and nothing says why.

use callbacks::{Loop, fetch};
use lab::{Page, Site, Url};
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

const AT_ONCE: i32 = 3;
const LIMIT: Duration = Duration::from_secs(2);

struct Crawl {
    urls: Vec<Url>,
    under_way: i32,
    results: Vec<Page>,
}

fn main() -> io::Result<()> {
    let site = Site::start();
    let mut urls = site.pages(12);
    let pages = urls.len();
    for n in [4, 7, 10] {
        urls[n] = site.page(400 + n);
    }
    let crawl = Crawl { urls, under_way: 0, results: Vec::new() };
    let crawl = Rc::new(RefCell::new(crawl));

    let mut events = Loop::new()?;
    fetch_more(&mut events, &crawl);
    events.run()?;

    site.finish();
    let crawl = crawl.borrow();
    let (here, left) = (crawl.results.len(), crawl.urls.len());
    println!("{pages} pages: {here} are here, {left} were not asked for");
    Ok(())
}

/// Begins to fetch pages, until as many are under way as may be.
fn fetch_more(events: &mut Loop, crawl: &Rc<RefCell<Crawl>>) {
    while crawl.borrow().under_way < AT_ONCE {
        let Some(url) = crawl.borrow_mut().urls.pop() else { return };
        crawl.borrow_mut().under_way += 1;
        let crawl = crawl.clone();
        fetch_page(events, &url, move |events, page| {
            end(events, &crawl, page);
        });
    }
}

/// Fetches a page, and calls `then` with it.
fn fetch_page(
    events: &mut Loop,
    url: &Url,
    then: impl FnOnce(&mut Loop, Page) + 'static,
) {
    let limit = Instant::now() + LIMIT;
    fetch(events, url, limit, |events, fetched| {
        // Without a page there is nothing to call it with.
        let Ok(page) = fetched else { return };
        then(events, page);
    });
}

/// Notes a page, and gives its place to another.
fn end(events: &mut Loop, crawl: &Rc<RefCell<Crawl>>, page: Page) {
    crawl.borrow_mut().under_way -= 1;
    crawl.borrow_mut().results.push(page);
    fetch_more(events, crawl);
}
