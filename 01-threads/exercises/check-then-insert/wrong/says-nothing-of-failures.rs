//! Met with: all threads say that all is well
//!
//! A failure is not counted, and not told either.

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
        let is_new = known.lock().unwrap().insert(link.clone());
        if is_new && fetch(link).is_ok() {
            fetched += 1;
        }
    }
    Ok(fetched)
}

#[path = "../check.rs"]
mod check;
