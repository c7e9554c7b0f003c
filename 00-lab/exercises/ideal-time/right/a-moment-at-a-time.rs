//! From one moment at which something comes to the next: all that comes then,
//! and only after that whatever can be begun.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// How long it takes to crawl all pages, `at_once` at a time.
pub fn ideal(
    at_once: usize,
    waits: &[Duration],
    links: &[Vec<usize>],
) -> Duration {
    let mut known = BTreeSet::from([0]);
    let mut queue = VecDeque::from([0]);
    let mut comes: BTreeMap<Duration, Vec<usize>> = BTreeMap::new();
    let mut under_way = 0;
    let mut now = Duration::ZERO;
    loop {
        while under_way < at_once && !queue.is_empty() {
            let page = queue.pop_front().unwrap();
            comes.entry(now + waits[page]).or_default().push(page);
            under_way += 1;
        }
        let Some((moment, pages)) = comes.pop_first() else { break now };
        now = moment;
        under_way -= pages.len();
        for link in pages.iter().flat_map(|page| &links[*page]) {
            if known.insert(*link) {
                queue.push_back(*link);
            }
        }
    }
}

#[path = "ideal-time/check.rs"]
mod check;
