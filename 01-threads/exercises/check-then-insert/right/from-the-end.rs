//! From the last link to the first, with check and insert apart, in a block
//! that ends before the fetch.

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
    for link in links.iter().rev() {
        let is_new = {
            let mut known = known.lock().unwrap();
            let is_new = !known.contains(link);
            if is_new {
                known.insert(link.clone());
            }
            is_new
        };
        if is_new {
            fetch(link)?;
            fetched += 1;
        }
    }
    Ok(fetched)
}

#[path = "check-then-insert/check.rs"]
mod check;
