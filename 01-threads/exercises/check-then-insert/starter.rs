//! Exercise: check, then insert.
//!
//!     cargo test -p threads --test check-then-insert
//!
//! Several threads call `fetch_unknown` with the same links and the same
//! set. Each page must be fetched once, by one of them, and the fetches must
//! overlap. As it stands, a page is now and then fetched twice. Mend it.

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
        if known.lock().unwrap().contains(link) {
            continue;
        }
        known.lock().unwrap().insert(link.clone());
        fetch(link)?;
        fetched += 1;
    }
    Ok(fetched)
}

#[path = "check-then-insert/check.rs"]
mod check;
