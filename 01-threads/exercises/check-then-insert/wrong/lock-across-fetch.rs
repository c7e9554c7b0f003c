//! Met with: while it holds HashSet<Url>
//!
//! One lock covers check and insert, and the fetch as well.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;

/// Fetches those of `links` that are not known.
pub fn fetch_unknown(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    let mut fetched = 0;
    for link in links {
        let mut known = known.lock().unwrap();
        if known.insert(link.clone()) {
            fetch(link)?;
            fetched += 1;
        }
    }
    Ok(fetched)
}

#[path = "../check.rs"]
mod check;
