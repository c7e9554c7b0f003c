//! Judges `fetch_unknown`: every page, each once, and not one by one.

use super::fetch_unknown;
use lab::sync::{Adversary, Mutex};
use lab::{Shape, Site, watchdog};
use std::collections::HashSet;
use std::thread;
use std::time::Duration;

const THREADS: usize = 4;
const PAGES: usize = 8;

#[test]
fn each_page_is_fetched_once_and_the_fetches_overlap() {
    let _watching = watchdog::in_thread(Duration::from_secs(10));
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
    assert!(
        seen.peak > 1,
        "right answer, wrong way: the fetches never overlapped: somebody \
         fetches while holding the lock that the others want"
    );
}
