//! Met with: you say 5s, and it is 6s
//!
//! The way to the page that is found last, as if any number could be waited for
//! at once.

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
    let _ = at_once;
    // The earliest that each page can be there.
    let mut there = vec![Duration::MAX; waits.len()];
    there[0] = waits[0];
    for _ in 0..waits.len() {
        for (page, links) in links.iter().enumerate() {
            for &link in links {
                let end = there[page].saturating_add(waits[link]);
                there[link] = there[link].min(end);
            }
        }
    }
    let found = there.into_iter().filter(|end| *end < Duration::MAX);
    found.max().unwrap_or_default()
}

#[path = "../check.rs"]
mod check;
