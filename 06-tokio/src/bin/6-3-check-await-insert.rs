//! 6-3 · Check, await, insert: the race that came back.
//!
//!     cargo run -p with-tokio --bin 6-3-check-await-insert
//!
//! Look at the requests: eight for one page, on one thread and on two.

use lab::{Page, Site, Url};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use with_tokio::{fetch, lane};

const TASKS: usize = 8;

fn main() {
    let site = Site::start();
    let one_thread = Builder::new_current_thread().enable_all().build();
    one_thread.expect("a runtime").block_on(ask_for(site.page(1)));
    let threads = Runtime::new().expect("a runtime");
    threads.block_on(ask_for(site.page(2)));

    let seen = site.finish();
    println!("{} requests for {} pages", seen.requests, seen.hits.len());
}

/// Lets all tasks ask for the same page.
async fn ask_for(url: Url) {
    let pages = Arc::new(Pages::new());
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (pages, url) = (pages.clone(), url.clone());
        tasks.spawn(lane("", async move { pages.get(url).await }));
    }
    let pages = tasks.join_all().await;
    println!("{} tasks have {}", pages.len(), pages[0]);
}

/// The pages that have been fetched, so that none is fetched twice.
struct Pages {
    known: Mutex<HashMap<Url, Page>>,
    /// Sees to it that all tasks have checked before one of them inserts. In
    /// other programs chance sees to it, now and then.
    chance: Barrier,
}

impl Pages {
    fn new() -> Pages {
        Pages { known: Mutex::default(), chance: Barrier::new(TASKS) }
    }

    async fn get(&self, url: Url) -> Page {
        if let Some(page) = self.known.lock().unwrap().get(&url) {
            return page.clone();
        }
        // Until the page is here, every other task finds it unknown, too.
        self.chance.wait().await;
        let page = fetch(&url).await.expect("every page is there");
        self.known.lock().unwrap().insert(url, page.clone());
        page
    }
}
