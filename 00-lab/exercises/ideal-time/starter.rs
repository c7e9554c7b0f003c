//! Exercise: the ideal time.
//!
//!     cargo test -p lab --test ideal-time
//!
//! How long does a crawl take at best, if it may wait for `at_once` pages at a
//! time? As it stands, the waits are added up and divided, as if all pages were
//! known from the start. But pages are found in other pages.

use std::time::Duration;

/// How long it takes to crawl all pages, if at most `at_once` are waited for at
/// the same time, and nothing costs time but waiting.
///
/// Page `n` takes `waits[n]`; when it is there, the pages `links[n]` are known,
/// in this order. Page 0 is known at the start. Each page is fetched once. The
/// crawl always takes the page that it has known longest, as soon as it may.
pub fn ideal(
    at_once: usize,
    waits: &[Duration],
    links: &[Vec<usize>],
) -> Duration {
    let _ = links;
    let sum: Duration = waits.iter().sum();
    sum / at_once as u32
}

#[path = "ideal-time/check.rs"]
mod check;
