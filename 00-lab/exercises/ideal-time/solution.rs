//! Solution: the ideal time.
//!
//! Play it through, from one event to the next. At any moment there are pages
//! that are known and wait for a place, and pages under way, of which the one
//! that ends first is next to happen. That is a queue and a heap.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
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
    let mut queue = VecDeque::from([0]);
    let mut under_way = BinaryHeap::new();
    let mut now = Duration::ZERO;
    loop {
        while under_way.len() < at_once {
            let Some(page) = queue.pop_front() else { break };
            under_way.push(Reverse((now + waits[page], page)));
        }
        let Some(Reverse((end, page))) = under_way.pop() else {
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
