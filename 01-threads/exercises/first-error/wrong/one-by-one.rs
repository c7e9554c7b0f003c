//! Met with: the fetches never overlapped
//!
//! With one thread it is easy: `collect` into a `Result` stops at the first
//! failure.

use lab::{Failure, Page, Url, fetch};

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let _ = at_once;
    pages.iter().map(fetch).collect()
}

#[path = "first-error/check.rs"]
mod check;
