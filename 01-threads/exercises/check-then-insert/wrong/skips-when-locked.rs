//! Met with: new pages, only these were fetched
//!
//! A lock that another thread holds is taken for a page that another fetches.

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
        let Ok(mut known) = known.try_lock() else { continue };
        let is_new = known.insert(link.clone());
        drop(known);
        if is_new {
            fetch(link)?;
            fetched += 1;
        }
    }
    Ok(fetched)
}

#[path = "../check.rs"]
mod check;
