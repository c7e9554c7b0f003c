//! Of the pages that come at the same moment, looks at the one with the highest
//! number first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
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
    let mut under_way = BinaryHeap::new();
    let mut now = Duration::ZERO;
    loop {
        while under_way.len() < at_once {
            let Some(page) = queue.pop_front() else { break };
            under_way.push(Reverse((now + waits[page], Reverse(page))));
        }
        let Some(Reverse((end, Reverse(page)))) = under_way.pop() else {
            return now;
        };
        now = end;
        for &link in &links[page] {
            if !known[link] {
                known[link] = true;
                queue.push_back(link);
            }
        }
    }
}

#[path = "ideal-time/check.rs"]
mod check;
