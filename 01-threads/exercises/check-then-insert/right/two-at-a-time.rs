//! Takes two new links under one lock, and fetches both before it takes more.
//! There are more than enough for all threads.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;

/// Fetches those of `links` that no thread has made known yet, and makes them
/// known. Gives back how many it fetched.
pub fn fetch_unknown(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    let mut fetched = 0;
    loop {
        let mut mine = Vec::new();
        {
            let mut known = known.lock().unwrap();
            for link in links {
                if mine.len() < 2 && known.insert(link.clone()) {
                    mine.push(link);
                }
            }
        }
        if mine.is_empty() {
            return Ok(fetched);
        }
        for link in mine {
            fetch(link)?;
            fetched += 1;
        }
    }
}

#[path = "check-then-insert/check.rs"]
mod check;
