//! Met with: is not the failure that came first
//!
//! The threads are joined in the order of the list, and `?` gives back the first
//! failure in that order.

use lab::{Failure, Page, Url, fetch};
use std::thread;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let mut all = Vec::new();
    for some in pages.chunks(at_once) {
        thread::scope(|scope| {
            let mut threads = Vec::new();
            for url in some {
                threads.push(scope.spawn(|| fetch(url)));
            }
            for thread in threads {
                all.push(thread.join().unwrap()?);
            }
            Ok::<(), Failure>(())
        })?;
    }
    Ok(all)
}

#[path = "../check.rs"]
mod check;
