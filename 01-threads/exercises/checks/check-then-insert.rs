//! Judges `fetch_unknown`: every page, each once, and not one by one.
//!
//! As shipped: was fetched more than once

use super::fetch_unknown;
use lab::judge::Judge;
use lab::sync::{Adversary, Mutex};
use lab::{Shape, Site};
use std::collections::HashSet;
use std::thread;
use std::time::Duration;

const THREADS: usize = 4;
const PAGES: usize = 8;

#[test]
fn each_page_is_fetched_once_and_the_fetches_overlap() {
    let judge = Judge::begin();
    let site = Site::in_thread(Shape {
        latency: Duration::from_millis(20),
        ..Shape::default()
    });
    let links = site.pages(PAGES);
    let known = Mutex::new(HashSet::new());

    // Whoever lets go of a lock lets another thread have it first: what can
    // go wrong between two locks, goes wrong.
    let adversary = Adversary::among(THREADS);
    let fetched: usize = thread::scope(|scope| {
        let call = |_| scope.spawn(|| fetch_unknown(&links, &known));
        let threads: Vec<_> = (0..THREADS).map(call).collect();
        threads.into_iter().map(|t| t.join().unwrap().unwrap()).sum()
    });
    drop(adversary);

    let seen = site.end();
    let judged = judge.end();
    if let Some((page, hits)) = seen.hits.iter().find(|(_, hits)| **hits > 1) {
        panic!(
            "wrong answer: {page} was fetched more than once ({hits} times): \
             several threads found it unknown before one made it known"
        );
    }
    assert_eq!(
        seen.hits.len(),
        PAGES,
        "wrong answer: of {PAGES} pages, only these were fetched: {:?}",
        seen.hits.keys()
    );
    assert_eq!(
        fetched, PAGES,
        "wrong answer: the threads say they fetched {fetched} pages in all, \
         and it was {PAGES}"
    );
    let under_locks = judged.recording.waits_under_locks();
    assert!(
        under_locks.is_empty(),
        "right answer, wrong way: {}: all who want the lock wait as well",
        under_locks[0]
    );
    assert!(
        seen.peak > 1,
        "right answer, wrong way: the fetches never overlapped"
    );
}
