//! 3-11 · One slow callback: all others wait until it returns.
//!
//!     cargo run -p callbacks --bin 3-11-one-slow-callback
//!
//! Look at the last line: a timer is late by as long as the callback takes.

use callbacks::{Loop, fetch};
use lab::{Page, Site, compute_for};
use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

const WORK: Duration = Duration::from_millis(300);
const TICKS: u32 = 50;
const TICK: Duration = Duration::from_millis(10);
const LIMIT: Duration = Duration::from_secs(60);

fn main() -> io::Result<()> {
    let site = Site::start();
    let mut events = Loop::new()?;
    for (n, url) in site.pages(8).iter().enumerate() {
        let limit = Instant::now() + LIMIT;
        fetch(&mut events, url, limit, move |events, fetched| {
            let page = fetched.expect("every page is there");
            if n == 1 {
                work(events, page);
            }
        });
    }
    let worst = Rc::new(Cell::new(Duration::ZERO));
    tick(&mut events, TICKS, worst.clone());
    events.run()?;

    site.finish();
    println!("a timer was late by {:.1?} at most", worst.get());
    Ok(())
}

/// Computes for 300 ms.
fn work(_: &mut Loop, page: Page) {
    let start = Instant::now();
    compute_for(&page.body, WORK);
    println!("computed for {:.1?}", start.elapsed());
}

/// Sets a timer, `left` times in a row, and notes by how much one is late.
fn tick(events: &mut Loop, left: u32, worst: Rc<Cell<Duration>>) {
    let due = Instant::now() + TICK;
    events.at(due, move |events| {
        worst.set(worst.get().max(due.elapsed()));
        if left > 1 {
            tick(events, left - 1, worst);
        }
    });
}
