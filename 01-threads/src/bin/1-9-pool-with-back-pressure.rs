//! 1-9 · A pool with back-pressure: the fast side waits for room.
//!
//!     cargo run -p threads --bin 1-9-pool-with-back-pressure
//!
//! Look at `main`: it has more pages to send, and waits for room.

use crossbeam_channel::{Receiver, Sender, bounded};
use lab::{Failure, Site, Url, fetch, record_length, waiting};
use std::iter::repeat_n;
use std::thread;

const PAGES: usize = 24;
const WORKERS: usize = 3;
/// How many pages the channel has room for.
const ROOM: usize = 4;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let (sender, receiver) = bounded(ROOM);

    let most = thread::scope(|scope| {
        let mut workers = Vec::new();
        for pages in repeat_n(receiver, WORKERS) {
            workers.push(scope.spawn(|| work(pages)));
        }
        let most = send_pages(&site, sender);
        for worker in workers {
            worker.join().unwrap()?;
        }
        Ok::<_, Failure>(most)
    })?;

    let seen = site.finish();
    println!("{WORKERS} workers: {} at once", seen.peak);
    println!("room for {ROOM}: {most} queued at most");
    Ok(())
}

/// Fetches pages until there is none left and the sender is gone.
fn work(pages: Receiver<Url>) -> Result<(), Failure> {
    for url in &pages {
        record_length("pages", pages.len(), ROOM);
        fetch(&url)?;
    }
    Ok(())
}

/// Sends pages for as long as there are workers. Returns how many pages were
/// in the channel at most.
fn send_pages(site: &Site, pages: Sender<Url>) -> usize {
    let mut most = 0;
    for n in 0..PAGES {
        let _waiting = waiting("room");
        // With the channel full, this thread stops here.
        if pages.send(site.page(n)).is_err() {
            break;
        }
        record_length("pages", pages.len(), ROOM);
        most = most.max(pages.len());
    }
    most
}
