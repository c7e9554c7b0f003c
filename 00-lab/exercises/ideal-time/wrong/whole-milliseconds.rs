//! Met with: and it is
//!
//! Counts in milliseconds, and loses what is less than one.

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
            let wait = Duration::from_millis(waits[page].as_millis() as u64);
            under_way.push(Reverse((now + wait, page)));
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

#[path = "../check.rs"]
mod check;
