//! 5-15 · One never yields: an await need not pause, and a budget sees to it.
//!
//!     cargo run -p own-executor --bin 5-15-one-never-yields
//!
//! Look at the neighbour's turns: 1, 30, 0, and 10,000 divided by 128.

use lab::{Page, Site, compute_for, cpu_time_of_thread};
use own_executor::sync::mpsc;
use own_executor::task::yield_now;
use own_executor::{block_on, fetch_by, spawn};
use std::cell::Cell;
use std::future::ready;
use std::rc::Rc;
use std::time::{Duration, Instant};

const WORK: Duration = Duration::from_millis(60);
const VALUES: u32 = 10_000;

fn main() {
    let site = Site::start();
    let limit = Instant::now() + Duration::from_secs(2);
    block_on(async {
        let page = fetch_by(&site.page(0), limit).await;
        let page = page.expect("every page is there");
        beside("computes", compute(page.clone(), 1)).await;
        beside("computes, and yields", compute(page, 30)).await;
        beside("awaits what others made", await_others()).await;
        beside("awaits what we made", await_ours(full_channel())).await;
    });
    site.finish();
}

/// Runs a task, and beside it a neighbour, which counts its turns.
async fn beside(what: &str, work: impl Future<Output = ()> + 'static) {
    let (turns, longest) = (Rc::new(Cell::new(0)), Rc::new(Cell::default()));
    let neighbour = spawn(count_turns(turns.clone(), longest.clone()));
    let work = spawn(async move {
        turns.set(0);
        work.await;
        turns.get()
    });
    let turns = work.await.unwrap();
    neighbour.abort();
    let _ = neighbour.await;
    let longest = longest.get();
    println!("{what:24} {turns:4} turns, {longest:8.1?} between two of them");
}

/// Wants to run again at once, for ever.
async fn count_turns(turns: Rc<Cell<u32>>, longest: Rc<Cell<Duration>>) {
    loop {
        turns.set(turns.get() + 1);
        let before = cpu_time_of_thread();
        yield_now().await;
        longest.set(longest.get().max(cpu_time_of_thread() - before));
    }
}

/// Computes, and yields after each of the `pieces`.
async fn compute(page: Page, pieces: u32) {
    for _ in 0..pieces {
        compute_for(&page.body, WORK / pieces);
        yield_now().await;
    }
}

/// Awaits futures of the standard library, each of which is ready.
async fn await_others() {
    for _ in 0..VALUES {
        ready(()).await;
    }
}

/// Awaits values of a channel, which are all there.
async fn await_ours(mut receiver: mpsc::Receiver<u32>) {
    while receiver.recv().await.is_some() {}
}

fn full_channel() -> mpsc::Receiver<u32> {
    let (sender, receiver) = mpsc::channel(VALUES as usize);
    for value in 0..VALUES {
        sender.try_send(value).expect("there is room for all");
    }
    receiver
}
