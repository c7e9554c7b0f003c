//! Met with: one thread fetched all
//!
//! Check and insert are under one lock, for all links at once. The thread that
//! comes first takes everything, and then waits for one page after the other.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;

/// Fetches those of `links` that no thread has made known yet, and makes them
/// known. Gives back how many it fetched.
pub fn fetch_unknown(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    let mut mine = Vec::new();
    {
        let mut known = known.lock().unwrap();
        for link in links {
            if known.insert(link.clone()) {
                mine.push(link);
            }
        }
    }
    for link in &mine {
        fetch(link)?;
    }
    Ok(mine.len())
}

#[path = "../check.rs"]
mod check;
