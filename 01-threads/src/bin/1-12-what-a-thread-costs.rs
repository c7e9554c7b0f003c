//! 1-12 · What a thread costs: to start it, and to wake it.
//!
//!     cargo run -p threads --bin 1-12-what-a-thread-costs
//!
//! Look at the last two times: each is little against a page.

use lab::{Failure, Site, fetch};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

const STARTS: u32 = 1000;
const MEETINGS: u32 = 10_000;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let start = Instant::now();
    fetch(&site.page(0))?;
    println!("a page, to compare with: {:.0?}", start.elapsed());
    println!("to start a thread and join it: {:.1?}", start_and_join());
    println!("to wait for another thread: {:.1?}", meet());
    site.finish();
    Ok(())
}

/// How long it takes to have a thread that does nothing.
fn start_and_join() -> Duration {
    let start = Instant::now();
    for _ in 0..STARTS {
        thread::spawn(|| ()).join().unwrap();
    }
    start.elapsed() / STARTS
}

/// How long it takes two threads to meet, one of which has to be woken.
fn meet() -> Duration {
    let barrier = Barrier::new(2);
    let meet_often = || {
        for _ in 0..MEETINGS {
            barrier.wait();
        }
    };
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(meet_often);
        meet_often();
    });
    start.elapsed() / MEETINGS
}
