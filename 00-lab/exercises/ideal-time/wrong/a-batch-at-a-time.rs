//! Met with: you say 8s, and it is 6s
//!
//! Begins as many as it may, and waits for all of them before it begins more.

use std::collections::VecDeque;
use std::time::Duration;

/// How long it takes to crawl all pages, `at_once` at a time.
pub fn ideal(
    at_once: usize,
    waits: &[Duration],
    links: &[Vec<usize>],
) -> Duration {
    let mut known = vec![false; waits.len()];
    known[0] = true;
    let mut queue = VecDeque::from([0]);
    let mut now = Duration::ZERO;
    while !queue.is_empty() {
        let count = queue.len().min(at_once);
        let mut batch: Vec<_> = queue.drain(..count).collect();
        now += batch.iter().map(|page| waits[*page]).max().unwrap();
        batch.sort_by_key(|page| waits[*page]);
        for page in batch {
            for &link in &links[page] {
                if !known[link] {
                    known[link] = true;
                    queue.push_back(link);
                }
            }
        }
    }
    now
}

#[path = "ideal-time/check.rs"]
mod check;
