//! 4-3 · Send values in: a crawl that asks for pages, and fetches none.
//!
//!     cargo run -p generators --bin 4-3-send-values-in
//!
//! Look at the lanes: the crawl waits for a page, and `main` for the site.

use generators::steps::{Coroutine, pause};
use lab::{Failure, Fetched, Frontier, Lane, Site, Url, fetch};
use std::cell::Cell;
use std::rc::Rc;

fn main() {
    let site = Site::start();

    let mut crawl = Crawl::new(Frontier::new(site.page(0)));
    // The first time there is nothing to send in: it has not asked yet.
    let mut asked = crawl.resume(None);
    for n in 1..=5 {
        let Some(url) = asked else { break };
        let sent = match n {
            3 => Err(Failure::TimedOut),
            _ => fetch(&url),
        };
        asked = crawl.resume(Some(sent));
    }
    drop(crawl);

    site.finish();
}

/// Asks for one page after another, and follows their links.
async fn crawl(mut frontier: Frontier, desk: Rc<Desk>) {
    while let Some(url) = frontier.next() {
        let fetched = desk.ask(&url).await;
        match &fetched {
            Ok(page) => println!("{page}, {} links", page.links.len()),
            Err(why) => println!("{}: {why}", url.path()),
        }
        frontier.done(&url, fetched);
    }
}

/// What lies between a crawl and what resumes it.
#[derive(Default)]
struct Desk {
    asked: Cell<Option<Url>>,
    sent: Cell<Option<Fetched>>,
}

impl Desk {
    /// Hands out a URL, pauses, and gives back what was sent in.
    async fn ask(&self, url: &Url) -> Fetched {
        self.asked.set(Some(url.clone()));
        pause().await;
        self.sent.take().expect("it is resumed with a page")
    }
}

/// A crawl that is paused.
struct Crawl {
    desk: Rc<Desk>,
    paused: Coroutine,
    lane: Lane,
}

impl Crawl {
    fn new(frontier: Frontier) -> Crawl {
        let desk = Rc::new(Desk::default());
        let paused = Coroutine::new(crawl(frontier, desk.clone()));
        Crawl { desk, paused, lane: Lane::new("generator") }
    }

    /// Sends something in, and runs the crawl until it asks for another page,
    /// or has come to its end.
    fn resume(&mut self, sent: Option<Fetched>) -> Option<Url> {
        self.desk.sent.set(sent);
        self.lane.runs();
        self.paused.resume();
        self.lane.waits("a page");
        self.desk.asked.take()
    }
}
