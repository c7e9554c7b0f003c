//! 1-12 · What a thread costs: to start, to switch to, to keep.
//!
//!     cargo run -p threads --bin 1-12-what-a-thread-costs
//!
//! Look at what it takes to keep a thread: ten thousand of them can be had.

use crossbeam_channel::{bounded, unbounded};
use lab::{Failure, Site, Usage, fetch};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

const STARTS: u32 = 1000;
const MEETINGS: u32 = 10_000;
const KEPT: usize = 10_000;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let start = Instant::now();
    fetch(&site.page(0))?;
    println!("a page, to compare with: {:.0?}", start.elapsed());
    println!("to start a thread and join it: {:.1?}", start_and_join());
    println!("to wait for another thread: {:.1?}", meet());
    keep();
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
    let meet = || {
        for _ in 0..MEETINGS {
            barrier.wait();
        }
    };
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(meet);
        meet();
    });
    start.elapsed() / MEETINGS
}

/// Keeps many threads at once, all of which wait.
fn keep() {
    let before = Usage::so_far().max_rss_kb;
    let (here, roll) = unbounded();
    let (gate, closed) = bounded::<()>(0);
    let mut threads = Vec::new();
    while threads.len() < KEPT {
        let (here, closed) = (here.clone(), closed.clone());
        let wait = move || {
            here.send(()).expect("the roll is called until all are here");
            closed.recv()
        };
        match thread::Builder::new().spawn(wait) {
            Ok(thread) => threads.push(thread),
            Err(why) => {
                println!("the system gives us no more: {why}");
                break;
            }
        }
    }
    // All of them have begun, and none has ended.
    roll.iter().take(threads.len()).count();
    let kept = Usage::so_far().max_rss_kb - before;
    let each = kept as f64 / threads.len() as f64;
    println!("to keep {}: {each:.1} KiB each", threads.len());

    drop(gate);
    threads.into_iter().for_each(|thread| drop(thread.join()));
}
