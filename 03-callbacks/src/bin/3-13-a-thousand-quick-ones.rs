//! 3-13 · A thousand quick ones: in one turn they are as bad as a slow one.
//!
//!     cargo run -p callbacks --bin 3-13-a-thousand-quick-ones
//!
//! Look at the two times: the fewer are called in a turn, the less is a timer
//! late.

use callbacks::{Callback, Loop};
use lab::{Failure, Page, Site, compute, fetch};
use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

const CALLBACKS: usize = 1000;
const ROUNDS: u32 = 120;
const TICKS: u32 = 50;
const TICK: Duration = Duration::from_millis(10);

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let page = Rc::new(fetch(&site.page(0))?);
    for bound in [CALLBACKS, 32] {
        let mut events = Loop::new()?;
        let worst = Rc::new(Cell::new(Duration::ZERO));
        tick(&mut events, TICKS, worst.clone());
        let queue = quick_ones(&page);
        events.after(5 * TICK, move |events| {
            events.call_soon(move |events| call_some(events, queue, bound));
        });
        events.run()?;
        let worst = worst.get();
        println!("{bound} a turn: a timer was late by {worst:.1?} at most");
    }
    site.finish();
    Ok(())
}

/// A thousand callbacks, each of which computes for 0.2 or 0.3 ms.
fn quick_ones(page: &Rc<Page>) -> VecDeque<Callback> {
    let mut queue = VecDeque::new();
    for _ in 0..CALLBACKS {
        let page = page.clone();
        let quick = move |_: &mut Loop| compute(&page.body, ROUNDS);
        queue.push_back(Box::new(quick) as Callback);
    }
    queue
}

/// Calls at most `bound` callbacks in this turn, and the rest in later ones.
fn call_some(events: &mut Loop, mut queue: VecDeque<Callback>, bound: usize) {
    for callback in queue.drain(..bound.min(queue.len())) {
        callback(events);
    }
    if !queue.is_empty() {
        events.call_soon(move |events| call_some(events, queue, bound));
    }
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
