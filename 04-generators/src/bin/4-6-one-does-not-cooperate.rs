//! 4-6 · One does not cooperate: all others wait until it pauses.
//!
//!     cargo run -p generators --bin 4-6-one-does-not-cooperate
//!
//! Look at the two halves of the picture: the same work in one piece, and in
//! thirty.

use generators::steps::{Scheduler, sleep};
use lab::{Failure, Page, Site, compute_for, fetch};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

const WORK: Duration = Duration::from_millis(200);
const TICKS: u32 = 12;
const TICK: Duration = Duration::from_millis(25);

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let page = fetch(&site.page(0))?;

    for pieces in [1, 30] {
        let mut scheduler = Scheduler::default();
        let worst = Rc::new(Cell::new(Duration::ZERO));
        scheduler.spawn(tick(worst.clone()));
        scheduler.spawn(tick(worst.clone()));
        scheduler.spawn(work(page.clone(), pieces));
        scheduler.run();
        let worst = worst.get();
        println!("pieces: {pieces:2}, others late by {worst:.1?} at most");
    }
    site.finish();
    Ok(())
}

/// Computes for 200 ms in all, and pauses after each of the `pieces`.
async fn work(page: Page, pieces: u32) {
    for _ in 0..pieces {
        compute_for(&page.body, WORK / pieces);
        // It is due at once, and goes behind those that were due before.
        sleep(Duration::ZERO).await;
    }
}

/// Sleeps again and again, and notes by how much it is late.
async fn tick(worst: Rc<Cell<Duration>>) {
    for _ in 0..TICKS {
        let due = Instant::now() + TICK;
        sleep(TICK).await;
        worst.set(worst.get().max(due.elapsed()));
    }
}
