//! 6-5 · An idle worker does not help: one task blocks, and others stand still.
//!
//!     cargo run -p with-tokio --bin 6-5-an-idle-worker-does-not-help
//!
//! Look at the first half: a timer that is late, while a worker is idle.

use lab::{Site, Url};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle};
use tokio::time::{sleep, sleep_until};
use with_tokio::{lane, waits_until};

fn main() {
    let site = Site::start();
    for children in [1, 2] {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let metrics = runtime.metrics();
        println!("spawned before it blocks: {children}");
        runtime.block_on(beside(site.page(0), children));
        // A worker adds up its time when it goes to sleep.
        drop(runtime);
        let busy = [0, 1].map(|it| metrics.worker_total_busy_duration(it));
        println!("  each worker was busy for {busy:.0?}");
    }
    site.finish();
}

/// Runs a task that blocks, and another beside it.
async fn beside(url: Url, children: u32) {
    let ticks = tokio::spawn(lane("ticks", tick()));
    let blocks = tokio::spawn(lane("blocks", block(url, children)));
    for after in blocks.await.unwrap() {
        println!("  what it has spawned begins after {after:.1?}");
    }
    let longest = ticks.await.unwrap();
    println!("  what is to sleep for 10 ms sleeps for {longest:.0?} at most");
}

/// Fetches a page on a thread that waits for it: the worker that polls this.
async fn block(url: Url, children: u32) -> Vec<Duration> {
    until_the_other_sleeps().await;
    let mut spawned = Vec::new();
    for n in 1..=children {
        let now = Instant::now();
        let child = async move { now.elapsed() };
        spawned.push(tokio::spawn(lane(format!("child {n}"), child)));
    }
    lab::fetch(&url).expect("every page is there");
    let mut begun = Vec::new();
    for child in spawned {
        begun.push(child.await.unwrap());
    }
    begun
}

/// Waits until this worker alone has been awake for a millisecond, as it is
/// when there is little to do.
async fn until_the_other_sleeps() {
    let metrics = Handle::current().metrics();
    let count = |worker| metrics.worker_park_unpark_count(worker);
    loop {
        let before = [0, 1].map(count);
        sleep(Duration::from_millis(1)).await;
        // A count is odd while its worker is parked.
        if [0, 1]
            .iter()
            .any(|&it| before[it] % 2 == 1 && before[it] == count(it))
        {
            return;
        }
    }
}

/// Sleeps again and again. Gives back how long it has slept at most.
async fn tick() -> Duration {
    let mut longest = Duration::ZERO;
    for _ in 0..12 {
        let now = Instant::now();
        let due = now + Duration::from_millis(10);
        waits_until(due, sleep_until(due.into())).await;
        longest = longest.max(now.elapsed());
    }
    longest
}
