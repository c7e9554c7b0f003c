//! 3-2 · Ask the kernel: one call waits for eight sockets.
//!
//!     cargo run -p callbacks --bin 3-2-ask-the-kernel
//!
//! Look at the CPU time, next to none, and at how often the thread woke: about
//! once for each page.

use callbacks::steps::Fetch;
use lab::{Failure, Site, cpu_time, waiting};
use rustix::event::{PollFd, PollFlags, poll};
use std::io;
use std::time::Instant;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let (start, cpu) = (Instant::now(), cpu_time());

    let mut fetches = Vec::new();
    for url in site.pages(8) {
        fetches.push(Fetch::begin(&url)?);
    }
    let (mut wakes, mut refusals) = (0, 0);
    while !fetches.is_empty() {
        let ready = wait_for_any(&fetches)?;
        wakes += 1;
        // From the last to the first, so that those before keep their numbers.
        for n in ready.into_iter().rev() {
            if let Some(page) = fetches[n].receive()? {
                println!("{page}");
                refusals += fetches.remove(n).refusals;
            }
        }
    }
    let (elapsed, cpu) = (start.elapsed(), cpu_time() - cpu);

    let seen = site.finish();
    println!("{elapsed:.0?}, CPU {cpu:.0?}, {} at once", seen.peak);
    println!("reads refused: {refusals}, woken: {wakes}");
    Ok(())
}

/// Waits until the kernel has something for one of them, or for several, and
/// gives back their numbers.
fn wait_for_any(fetches: &[Fetch]) -> io::Result<Vec<usize>> {
    let _waiting = waiting("any socket");
    let mut list = Vec::new();
    for fetch in fetches {
        list.push(PollFd::new(&fetch.socket, PollFlags::IN));
    }
    // This thread stops here. Without a timeout there is no limit to that.
    poll(&mut list, None)?;

    let mut ready = Vec::new();
    for (n, entry) in list.iter().enumerate() {
        // Not only `IN`: if the connection is broken, the read says so.
        if !entry.revents().is_empty() {
            ready.push(n);
        }
    }
    Ok(ready)
}
