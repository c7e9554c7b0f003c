//! Met with: is not known
//!
//! The set is replaced by what this thread has seen: whatever else was in it is
//! gone.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;

/// Fetches those of `links` that no thread has made known yet, and makes them
/// known. Gives back how many it fetched.
pub fn fetch_unknown(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    let mut mine = HashSet::new();
    for link in links {
        let mut known = known.lock().unwrap();
        if known.insert(link.clone()) {
            drop(known);
            fetch(link)?;
            mine.insert(link.clone());
        }
    }
    known.lock().unwrap().retain(|page| links.contains(page));
    Ok(mine.len())
}

#[path = "../check.rs"]
mod check;
