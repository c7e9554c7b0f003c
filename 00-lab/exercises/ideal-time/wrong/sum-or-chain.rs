//! Met with: you say 5s, and it is 6s
//!
//! Not less than the sum divided by the places, and not less than the longest
//! chain: true, and not the time.

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
    let found = || (0..waits.len()).filter(|&n| there[n] < Duration::MAX);
    let sum: Duration = found().map(|n| waits[n]).sum();
    let chain = found().map(|n| there[n]).max().unwrap_or_default();
    chain.max(sum / at_once as u32)
}

#[path = "../check.rs"]
mod check;
