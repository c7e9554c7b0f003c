//! Met with: you say 5s, and it is 3s
//!
//! Notes that a page is known when it is there, and not when it was found.

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
            under_way.push(Reverse((now + waits[page], page)));
        }
        let Some(Reverse((end, page))) = under_way.pop() else {
            return now;
        };
        now = end;
        known[page] = true;
        for &link in &links[page] {
            if !known[link] {
                queue.push_back(link);
            }
        }
    }
}

#[path = "../check.rs"]
mod check;
