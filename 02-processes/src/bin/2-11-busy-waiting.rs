//! 2-11 · Busy waiting: look again and again, and no side has to be woken.
//!
//!     cargo run -p processes --bin 2-11-busy-waiting
//!
//! Look at the time for a message, and at the CPU time that it takes to wait.

use lab::{Failure, Site, Usage, fetch};
use processes::{Shared, child_command, measure_time, started_as};
use std::io::{self, stdin};
use std::os::fd::AsFd;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::thread::yield_now;
use std::time::{Duration, Instant};

fn main() -> Result<(), Failure> {
    if started_as("answers").is_some() {
        return answer();
    }
    let site = Site::start();
    let start = Instant::now();
    fetch(&site.page(0))?;
    println!("a page, to compare with: {:.0?}", start.elapsed());

    let (start, before) = (Instant::now(), Usage::so_far());
    println!("by memory, to a process and back: {:.1?}", by_memory()?);
    let (elapsed, used) = (start.elapsed(), Usage::so_far().since(before));
    println!("CPU time in {elapsed:.0?} of that: {:.0?}", used.cpu);
    println!("sleeps of both sides together: {}", used.voluntary);
    site.finish();
    Ok(())
}

/// In memory there is a 1 while the parent waits for an answer, else a 0.
fn by_memory() -> io::Result<Duration> {
    let shared = Shared::new(1)?;
    let mut child =
        child_command(&["answers"])?.stdin(shared.file()?).spawn()?;
    let each = measure_time(|| {
        // Paired with the child's Acquire: what we wrote before, it sees.
        shared[0].store(1, Release);
        while shared[0].load(Acquire) == 1 {
            yield_now();
        }
    });
    child.kill()?;
    child.wait()?;
    Ok(each)
}

/// All of the child: each 1 becomes a 0. Not for ever: our parent may be
/// killed.
fn answer() -> Result<(), Failure> {
    let shared = Shared::open(stdin().as_fd().try_clone_to_owned()?)?;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        match shared[0].load(Acquire) {
            // Paired with the parent's Acquire, in the same way.
            1 => shared[0].store(0, Release),
            _ => yield_now(),
        }
    }
    Ok(())
}
