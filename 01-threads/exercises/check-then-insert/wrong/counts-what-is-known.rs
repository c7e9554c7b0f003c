//! Met with: the threads say they fetched
//!
//! How many are known in the end is not how many this thread fetched.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;

/// Fetches those of `links` that no thread has made known yet, and makes them
/// known. Gives back how many it fetched.
pub fn fetch_unknown(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    let before = known.lock().unwrap().len();
    for link in links {
        if known.lock().unwrap().insert(link.clone()) {
            fetch(link)?;
        }
    }
    Ok(known.lock().unwrap().len() - before)
}

#[path = "../check.rs"]
mod check;
