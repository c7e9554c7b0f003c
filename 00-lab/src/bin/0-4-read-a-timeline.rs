//! 0-4 · How to read a timeline: one lane, and all it can be doing.
//!
//!     cargo run -p lab --bin 0-4-read-a-timeline
//!
//! Find in the picture: three waits, a stretch of computing, a sleep.

use lab::{Failure, Site, compute, fetch};
use std::thread;
use std::time::Duration;

const ROUNDS: u32 = 60_000;

fn main() -> Result<(), Failure> {
    let site = Site::start();

    let mut pages = Vec::new();
    for url in site.pages(3) {
        pages.push(fetch(&url)?);
    }
    for page in &pages {
        compute(&page.body, ROUNDS);
    }
    // Nothing tells the recorder of this; the thread's CPU clock does.
    thread::sleep(Duration::from_millis(100));

    site.finish();
    Ok(())
}
