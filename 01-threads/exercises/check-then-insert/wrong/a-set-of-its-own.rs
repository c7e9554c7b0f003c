//! Met with: was fetched more than once
//!
//! The lock is taken once, to look; what this thread has fetched, it alone
//! knows until the end.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;

/// Fetches those of `links` that no thread has made known yet, and makes them
/// known. Gives back how many it fetched.
pub fn fetch_unknown(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    let mut own = known.lock().unwrap().clone();
    let mut fetched = 0;
    for link in links {
        if own.insert(link.clone()) {
            fetch(link)?;
            fetched += 1;
        }
    }
    known.lock().unwrap().extend(own);
    Ok(fetched)
}

#[path = "../check.rs"]
mod check;
