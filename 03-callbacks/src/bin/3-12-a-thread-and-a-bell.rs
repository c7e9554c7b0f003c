//! 3-12 · A thread and a bell: the work is done elsewhere, and the loop woken.
//!
//!     cargo run -p callbacks --bin 3-12-a-thread-and-a-bell
//!
//! Look at the last line: timers are on time while the thread computes.

use callbacks::{Loop, fetch};
use lab::{Page, Site, compute_for};
use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::thread;
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

/// Computes for 300 ms on a thread, and has the loop say so.
fn work(events: &mut Loop, page: Page) {
    let start = Instant::now();
    let remote = events.remote();
    thread::spawn(move || {
        compute_for(&page.body, WORK);
        let posted = remote.post(move |_| {
            println!("computed for {:.1?}", start.elapsed());
        });
        posted.expect("the loop runs as long as there is a remote");
    });
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
