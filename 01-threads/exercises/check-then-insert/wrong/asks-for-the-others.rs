//! Met with: looked again and again
//!
//! A thread that finds nothing left asks again and again whether the others have
//! done.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

/// How many threads are not done.
static BUSY: AtomicUsize = AtomicUsize::new(0);

/// Fetches those of `links` that no thread has made known yet, and makes them
/// known. Gives back how many it fetched.
pub fn fetch_unknown(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    BUSY.fetch_add(1, SeqCst);
    let fetched = fetch_mine(links, known);
    BUSY.fetch_sub(1, SeqCst);
    while BUSY.load(SeqCst) > 0 {
        thread::yield_now();
    }
    fetched
}

fn fetch_mine(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    let mut fetched = 0;
    for link in links {
        if !known.lock().unwrap().insert(link.clone()) {
            continue;
        }
        fetch(link)?;
        fetched += 1;
    }
    Ok(fetched)
}

#[path = "../check.rs"]
mod check;
