//! Met with: is not known
//!
//! A page that could not be had is made unknown again, so that another thread
//! may try. The others are past it.

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
        if let Err(why) = fetch(link) {
            known.lock().unwrap().remove(link);
            return Err(why);
        }
        fetched += 1;
    }
    Ok(fetched)
}

#[path = "../check.rs"]
mod check;
