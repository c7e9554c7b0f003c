//! Rung 3: the crawl, with one thread and a loop that calls back.
//!
//!     cargo run -p callbacks
//!
//! Who decides when we switch? We do, by returning to the loop. So no lock is
//! needed; and what comes next is in a struct, since the stack is gone.

use callbacks::{Loop, RUNG, fetch};
use lab::{Fetched, Frontier, Job, Page, Url};
use std::cell::RefCell;
use std::process::{self, ExitCode};
use std::rc::Rc;

fn main() -> ExitCode {
    lab::run(&RUNG, crawl)
}

/// What the callbacks share.
struct Crawl {
    job: Job,
    frontier: Frontier,
    under_way: usize,
}

fn crawl(job: &Job) -> Frontier {
    let crawl = Rc::new(RefCell::new(Crawl {
        job: job.clone(),
        frontier: job.frontier(),
        under_way: 0,
    }));
    let ran = Loop::new().and_then(|mut events| {
        fetch_more(&mut events, &crawl);
        events.run()
    });
    if let Err(why) = ran {
        eprintln!("callbacks: the loop cannot run: {why}");
        process::exit(1);
    }
    let crawl = Rc::into_inner(crawl).expect("all callbacks are gone");
    crawl.into_inner().frontier
}

/// Begins to fetch pages, until as many are under way as may be.
fn fetch_more(events: &mut Loop, crawl: &Rc<RefCell<Crawl>>) {
    loop {
        let Some(url) = crawl.borrow_mut().next() else { return };
        let deadline = crawl.borrow().job.give_up();
        let crawl = crawl.clone();
        fetch(events, &url.clone(), deadline, move |events, fetched| {
            crawl.borrow_mut().done(&url, fetched);
            fetch_more(events, &crawl);
        });
    }
}

impl Crawl {
    fn next(&mut self) -> Option<Url> {
        if self.under_way == self.job.at_once {
            return None;
        }
        let url = self.frontier.next()?;
        self.under_way += 1;
        Some(url)
    }

    fn done(&mut self, url: &Url, fetched: Fetched) {
        self.under_way -= 1;
        self.frontier.done(url, fetched.inspect(Page::work));
    }
}
