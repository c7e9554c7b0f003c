//! Met with: you say 16s, and it is 10s
//!
//! All pages that are one link away, then all that are two links away, and so
//! on: nobody waits for a whole level.

use std::mem;
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
    let mut known = vec![false; waits.len()];
    known[0] = true;
    let mut level = vec![0];
    let mut total = Duration::ZERO;
    while !level.is_empty() {
        let mut places = vec![Duration::ZERO; at_once];
        for page in mem::take(&mut level) {
            places.sort();
            places[0] += waits[page];
            for &link in &links[page] {
                if !mem::replace(&mut known[link], true) {
                    level.push(link);
                }
            }
        }
        total += places.into_iter().max().unwrap_or_default();
    }
    total
}

#[path = "../check.rs"]
mod check;
