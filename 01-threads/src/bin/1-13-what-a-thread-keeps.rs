//! 1-13 · What a thread keeps: memory, for as long as it waits.
//!
//!     cargo run -p threads --bin 1-13-what-a-thread-keeps
//!
//! Look at the memory that a thread keeps: little of its stack.

use crossbeam_channel::{bounded, unbounded};
use lab::{Failure, Site, Usage, fetch};
use std::thread;

const THREADS: usize = 10_000;
/// What a thread may use at most, in bytes. That much std gives it unasked.
const STACK: usize = 2 * 1024 * 1024;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    fetch(&site.page(0))?;
    let before = Usage::so_far().max_rss_kb;

    let (here, roll) = unbounded();
    let (gate, closed) = bounded::<()>(0);
    let mut threads = Vec::new();
    while threads.len() < THREADS {
        let (here, closed) = (here.clone(), closed.clone());
        let wait = move || {
            here.send(()).expect("the roll is called until all are here");
            // Nothing is ever sent: this ends when the gate is dropped.
            closed.recv()
        };
        match thread::Builder::new().stack_size(STACK).spawn(wait) {
            Ok(thread) => threads.push(thread),
            Err(why) => {
                println!("the system gives us no more: {why}");
                break;
            }
        }
    }
    // Now all of them have begun, and none has ended.
    roll.iter().take(threads.len()).count();
    let kept = Usage::so_far().max_rss_kb - before;
    let each = kept as f64 / threads.len() as f64;
    println!("a stack has room for: {} KiB", STACK / 1024);
    println!("of {} that wait, a thread keeps: {each:.1} KiB", threads.len());

    drop(gate);
    for thread in threads {
        let _ended = thread.join().unwrap();
    }
    site.finish();
    Ok(())
}
