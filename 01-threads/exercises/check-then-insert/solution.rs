//! Solution: check, then insert.
//!
//! `insert` checks and inserts in one call, so one lock covers both; the lock
//! is free again before the fetch begins.

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
    for link in links {
        if !known.lock().unwrap().insert(link.clone()) {
            continue;
        }
        fetch(link)?;
        fetched += 1;
    }
    Ok(fetched)
}

#[path = "check-then-insert/check.rs"]
mod check;
