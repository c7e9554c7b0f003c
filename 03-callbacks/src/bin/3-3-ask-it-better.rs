//! 3-3 · Ask it better: the kernel keeps the list of sockets.
//!
//!     cargo run -p callbacks --bin 3-3-ask-it-better
//!
//! Look at how often the thread woke: about as often as with `poll`. With eight
//! sockets there is no difference to be measured; `strace` shows one.

#![expect(unsafe_code, reason = "each socket is deleted before it is dropped")]

use callbacks::steps::Fetch;
use lab::{Failure, Site, cpu_time, waiting};
use polling::{Event, Events, Poller};
use std::collections::HashMap;
use std::time::Instant;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let (start, cpu) = (Instant::now(), cpu_time());

    let mut fetches = HashMap::new();
    let poller = Poller::new()?;
    for (key, url) in site.pages(8).iter().enumerate() {
        let fetch = Fetch::begin(url)?;
        // SAFETY: the socket is deleted from the list before it is dropped;
        // after an error the list goes first, since it was made last.
        unsafe { poller.add(&fetch.socket, Event::readable(key)) }?;
        fetches.insert(key, fetch);
    }
    let (mut wakes, mut refusals) = (0, 0);
    let mut ready = Events::new();
    while !fetches.is_empty() {
        ready.clear();
        {
            let _waiting = waiting("any socket");
            poller.wait(&mut ready, None)?;
        }
        wakes += 1;
        for Event { key, .. } in ready.iter() {
            let fetch = fetches.get_mut(&key).expect("it is on the list");
            if let Some(page) = fetch.receive()? {
                println!("{page}");
                refusals += fetch.refusals;
                poller.delete(&fetch.socket)?;
                fetches.remove(&key);
            } else {
                // It is told of once. For more it has to be asked for again.
                poller.modify(&fetch.socket, Event::readable(key))?;
            }
        }
    }
    let (elapsed, cpu) = (start.elapsed(), cpu_time() - cpu);

    let seen = site.finish();
    println!("{elapsed:.0?}, CPU {cpu:.0?}, {} at once", seen.peak);
    println!("reads refused: {refusals}, woken: {wakes}");
    Ok(())
}
