//! Judges `Frontier`: what it says after each step, and how a crawl goes that
//! several threads make with it.
//!
//! As shipped: it says that it is finished, and / is under way

use super::Frontier;
use lab::judge::Judge;
use lab::sync::{Condvar, Mutex};
use lab::{Shape, Site, Url, fetch};
use std::collections::HashSet;
use std::thread;
use std::time::Duration;

const THREADS: usize = 4;

fn page(path: &str) -> Url {
    format!("http://127.0.0.1{path}").parse().expect("it is a URL")
}

fn pages(paths: &[&str]) -> Vec<Url> {
    paths.iter().map(|path| page(path)).collect()
}

#[test]
fn it_says_the_right_thing_after_each_step() {
    let mut frontier = Frontier::new(page("/"));
    gives(&mut frontier, &["/"]);
    is_not_finished(&frontier, "/ is under way");
    // To itself, and to one page twice.
    frontier.done(&pages(&["/1", "/", "/2", "/1"]));
    is_not_finished(&frontier, "/1 and /2 were found");
    gives(&mut frontier, &["/1", "/2"]);
    is_not_finished(&frontier, "/1 and /2 are under way");
    frontier.done(&pages(&["/2", "/3"]));
    gives(&mut frontier, &["/3"]);
    frontier.done(&[]);
    is_not_finished(&frontier, "/2 or /3 is still under way");
    frontier.done(&pages(&["/", "/1", "/3"]));
    gives(&mut frontier, &[]);
    assert!(
        frontier.finished(),
        "wrong answer: it is not finished, though every page is done and none \
         was found that is not"
    );
}

/// Takes all that there are: these, in any order, and no other.
fn gives(frontier: &mut Frontier, wanted: &[&str]) {
    let mut missing: HashSet<_> = pages(wanted).into_iter().collect();
    while let Some(url) = frontier.take() {
        let path = url.path();
        assert!(
            missing.remove(&url),
            "wrong answer: {path} was given out twice, or nobody has linked to \
             it"
        );
    }
    assert!(
        missing.is_empty(),
        "wrong answer: of {wanted:?}, which were found, it does not give out {}",
        missing.iter().map(Url::path).collect::<Vec<_>>().join(" and ")
    );
}

fn is_not_finished(frontier: &Frontier, why: &str) {
    assert!(
        !frontier.finished(),
        "wrong answer: it says that it is finished, and {why}"
    );
}

#[test]
fn its_crawl_reaches_every_page_once() {
    let judge = Judge::begin();
    let latency = Duration::from_millis(4);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let frontier = Mutex::new(Frontier::new(site.url().clone()));
    let changed = Condvar::new();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| work(&frontier, &changed));
        }
    });
    let answer = site.answer().clone();
    let seen = site.end();
    judge.end();

    let twice = seen.hits.iter().find(|(_, hits)| **hits > 1);
    if let Some((page, hits)) = twice {
        panic!("wrong answer: {page} was given out twice, or {hits} times");
    }
    let missed = answer.good.iter().find(|page| !seen.hits.contains_key(*page));
    if let Some(page) = missed {
        panic!("wrong answer: {page} was never given out");
    }
}

/// As the crawl of rung 1 does, and not for ever.
fn work(frontier: &Mutex<Frontier>, changed: &Condvar) {
    let mut known = frontier.lock().unwrap();
    let mut taken = 0;
    while !known.finished() && taken < 100 {
        let Some(url) = known.take() else {
            known = changed.wait(known).unwrap();
            continue;
        };
        taken += 1;
        drop(known);
        let links = fetch(&url).map(|page| page.links).unwrap_or_default();
        known = frontier.lock().unwrap();
        known.done(&links);
        changed.notify_all();
    }
}
