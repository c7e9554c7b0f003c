//! 5-16 · Any worker takes it: a task belongs to no thread.
//!
//!     cargo run -p own-executor --bin 5-16-any-worker-takes-it
//!
//! Look at what a long poll has spawned: it waits for 40 ms, then for hardly 1.

use lab::{Page, Site, Url, compute, compute_for};
use own_executor::{fetch_by, pool};
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 16_000;
const LONG: Duration = Duration::from_millis(40);

fn main() {
    let site = Site::start();
    for workers in [1, 2] {
        pool::block_on(workers, async {
            let start = Instant::now();
            let moved = compute_all(site.pages(8)).await;
            let elapsed = start.elapsed();
            println!("workers: {workers}, 8 pages in {elapsed:.0?}");
            println!("  tasks that went on in another thread: {moved}");
            let page = fetch(site.page(0)).await;
            let late = pool::spawn(long_poll(page)).await.unwrap();
            println!("  what a long poll has spawned begins after {late:.1?}");
        });
    }
    site.finish();
}

/// Fetches pages, and computes over each. Counts the tasks that went on in
/// another thread than that in which they began.
async fn compute_all(urls: Vec<Url>) -> usize {
    let mut tasks = Vec::new();
    for url in urls {
        tasks.push(pool::spawn(async {
            let began_in = thread::current().id();
            let page = fetch(url).await;
            let goes_on_in = thread::current().id();
            compute(&page.body, ROUNDS);
            goes_on_in != began_in
        }));
    }
    let mut moved = 0;
    for task in tasks {
        moved += usize::from(task.await.unwrap());
    }
    moved
}

/// Spawns a task, and computes on, without a pause. Gives back after how long
/// the task has begun.
async fn long_poll(page: Page) -> Duration {
    let spawned = Instant::now();
    let task = pool::spawn(async move { spawned.elapsed() });
    compute_for(&page.body, LONG);
    task.await.unwrap()
}

async fn fetch(url: Url) -> Page {
    let limit = Instant::now() + Duration::from_secs(2);
    fetch_by(&url, limit).await.expect("every page is there")
}
