//! Met with: and it is
//!
//! The links of a page are found as they stand there, not by their numbers.

use std::collections::BTreeSet;
use std::time::Duration;

/// How long it takes to crawl all pages, if at most `at_once` are waited for at
/// the same time, and nothing costs time but waiting.
pub fn ideal(
    at_once: usize,
    waits: &[Duration],
    links: &[Vec<usize>],
) -> Duration {
    let mut known = BTreeSet::from([0]);
    let mut queue = BTreeSet::from([(Duration::ZERO, 0)]);
    let mut under_way = BTreeSet::new();
    let mut now = Duration::ZERO;
    loop {
        while under_way.len() < at_once {
            let Some((_, page)) = queue.pop_first() else { break };
            under_way.insert((now + waits[page], page));
        }
        let Some((end, page)) = under_way.pop_first() else { return now };
        now = end;
        for &link in &links[page] {
            if known.insert(link) {
                queue.insert((now, link));
            }
        }
    }
}

#[path = "../check.rs"]
mod check;
