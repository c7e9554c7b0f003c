//! Met with: tried for it again and again
//!
//! Right, and it needs a core to wait: `lock` would sleep.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;
use std::thread;

/// Fetches those of `links` that no thread has made known yet, and makes them
/// known. Gives back how many it fetched.
pub fn fetch_unknown(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    let mut fetched = 0;
    for link in links {
        let is_new = loop {
            match known.try_lock() {
                Ok(mut known) => break known.insert(link.clone()),
                Err(_) => thread::yield_now(),
            }
        };
        if is_new {
            fetch(link)?;
            fetched += 1;
        }
    }
    Ok(fetched)
}

#[path = "../check.rs"]
mod check;
