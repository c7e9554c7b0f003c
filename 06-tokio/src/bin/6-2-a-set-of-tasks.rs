//! 6-2 · A set of tasks: it hands back what they return, and ends them.
//!
//!     cargo run -p with-tokio --bin 6-2-a-set-of-tasks
//!
//! Look at the last line: what is dropped with its set has been cut off, and
//! what is dropped with its handle has not.

use lab::{Page, Site, Url};
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use with_tokio::{fetch, lane};

fn main() {
    let site = Site::start();
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        all_of(site.pages(8)).await;
        the_first_of(site.pages(4)).await;
        the_slowest_of(site.pages(4)).await;
    });
    println!("{} requests were cut off", site.finish().cut);
}

/// Prints pages in the order in which they come. Of one there is none.
async fn all_of(urls: Vec<Url>) {
    let permits = Arc::new(Semaphore::new(4));
    let mut visits = JoinSet::new();
    for (n, url) in urls.into_iter().enumerate() {
        visits.spawn(lane("", visit(n, url, permits.clone())));
    }
    while let Some(visited) = visits.join_next().await {
        match visited {
            Ok((n, page)) => println!("{n}: {page}"),
            Err(why) => println!("{why}"),
        }
    }
}

/// Fetches a page once there is a permit, and loses one of them.
async fn visit(n: usize, url: Url, permits: Arc<Semaphore>) -> (usize, Page) {
    let _permit = permits.acquire().await.expect("it stays open");
    let page = get(url).await;
    if n == 5 {
        panic!("page {n} is lost");
    }
    (n, page)
}

async fn get(url: Url) -> Page {
    fetch(&url).await.expect("every page is there")
}

/// Fetches pages, and drops the set when the first has come.
async fn the_first_of(urls: Vec<Url>) {
    let mut pages = JoinSet::new();
    for url in urls {
        pages.spawn(lane("", get(url)));
    }
    let first = pages.join_next().await.expect("there are four");
    println!("the first: {}", first.unwrap());
}

/// Fetches pages, and drops all handles but that of the slowest.
async fn the_slowest_of(urls: Vec<Url>) {
    let mut pages = Vec::new();
    for url in urls {
        pages.push(tokio::spawn(lane("", get(url))));
    }
    let slowest = pages.swap_remove(0);
    drop(pages);
    println!("the slowest: {}", slowest.await.unwrap());
}
