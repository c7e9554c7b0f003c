//! Met with: was fetched more than once
//!
//! The page is made known when it has arrived: honest, and far too late.

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
        if known.lock().unwrap().contains(link) {
            continue;
        }
        fetch(link)?;
        known.lock().unwrap().insert(link.clone());
        fetched += 1;
    }
    Ok(fetched)
}

#[path = "../check.rs"]
mod check;
