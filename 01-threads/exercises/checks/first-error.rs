//! Judges `fetch_all`: all pages, or the first failure and no fetch after it.
//!
//! As shipped: fetches were begun after the first failure

use super::fetch_all;
use lab::judge::{Judge, Judged};
use lab::record::{Span, State};
use lab::site::Fault;
use lab::{Failure, Page, Seen, Shape, Site, Url, waiting};
use std::time::Duration;

const AT_ONCE: usize = 4;
/// Of two failures no further apart than this, either may count as the first.
const CLOSE: Duration = Duration::from_millis(5);

/// The mark in the recording for when `fetch_all` was back.
const BACK: &str = "the verdict";

/// How `fetch_all` did with a list of pages.
struct Ran {
    answer: Result<Vec<Page>, Failure>,
    seen: Seen,
    judged: Judged,
}

fn run(pages: usize, list: impl Fn(&Site) -> Vec<Url>) -> Ran {
    let judge = Judge::begin();
    let site = Site::in_thread(Shape {
        pages: pages as u32,
        latency: Duration::from_millis(40),
        faults: vec![Fault::Error500, Fault::Missing],
        ..Shape::default()
    });
    let answer = fetch_all(list(&site), AT_ONCE);
    drop(waiting(BACK));
    Ran { answer, seen: site.end(), judged: judge.end() }
}

#[test]
fn without_a_failure_each_page_is_fetched_once_and_some_at_once() {
    const PAGES: usize = 6;
    let ran = run(PAGES, |site| site.pages(PAGES));
    let seen = ran.seen;
    let pages = match ran.answer {
        Ok(pages) => pages.len(),
        Err(why) => panic!("wrong answer: {why}, and every page was there"),
    };
    assert_eq!(
        (pages, seen.requests, seen.hits.len()),
        (PAGES, PAGES as u32, PAGES),
        "wrong answer: {PAGES} pages, and {pages} were given back; the site \
         saw {} requests for {} pages",
        seen.requests,
        seen.hits.len()
    );
    assert!(
        seen.peak <= AT_ONCE,
        "wrong answer: {} fetches at once, where {AT_ONCE} are allowed",
        seen.peak
    );
    let under_locks = ran.judged.recording.waits_under_locks();
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

#[test]
fn the_first_failure_is_the_answer_and_the_last_thing_to_happen() {
    // The second fails after 25 ms, the first after 56; two more pages are
    // under way by then.
    let failures = [
        ("/missing-1", Failure::Status(404)),
        ("/error-500-1", Failure::Status(500)),
    ];
    let ran = run(16, |site| {
        let failing = failures.iter().map(|(path, _)| path);
        let mut list: Vec<Url> = failing
            .map(|path| site.url().join(path).expect("a path"))
            .collect();
        list.extend(site.pages(16));
        list
    });

    let tracks = ran.judged.recording.of_kind("thread");
    let spans: Vec<&Span> = tracks.flat_map(|track| &track.spans).collect();
    let wait = |what: &str| {
        let is_it = |span: &&&Span| span.state == State::Wait(what.to_owned());
        spans.iter().find(is_it)
    };
    let ends =
        failures.each_ref().map(|(path, _)| wait(path).map(|span| span.to));
    let Some(first) = ends.into_iter().flatten().min() else {
        panic!(
            "wrong answer: the two pages that cannot be had were not fetched"
        );
    };

    let is_fetch = |span: &&&Span| match &span.state {
        State::Wait(what) => what.starts_with('/'),
        _ => false,
    };
    let fetches = || spans.iter().filter(is_fetch);
    let after = fetches().filter(|span| span.from > first).count();
    // Whoever was about to begin could not know yet.
    assert!(
        after < AT_ONCE,
        "wrong answer: {after} fetches were begun after the first failure"
    );
    let back = wait(BACK).expect("the mark").from;
    let under_way = fetches().filter(|span| span.to > back).count();
    assert!(
        under_way == 0,
        "wrong answer: `fetch_all` was back, and {under_way} fetches were \
         still under way"
    );
    let Err(answer) = ran.answer else {
        panic!("wrong answer: a page could not be had, and all is well")
    };
    let is_first = |((_, why), end): (&(&str, Failure), Option<Duration>)| {
        *why == answer && end.is_some_and(|end| end <= first + CLOSE)
    };
    assert!(
        failures.iter().zip(ends).any(is_first),
        "wrong answer: {answer} is not the failure that came first"
    );
}
