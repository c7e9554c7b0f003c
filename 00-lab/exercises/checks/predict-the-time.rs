//! Judges `one_after_another` and `all_at_once`: on given costs, and on those of
//! runs that have just been made.
//!
//! As shipped: you predict 0ns

use super::{Cost, all_at_once, one_after_another};
use lab::judge::Judge;
use lab::sync::Mutex;
use lab::{Page, Shape, Site, Url, fetch};
use std::thread;
use std::time::{Duration, Instant};

/// Milliseconds of waiting and of work for each page; how long they take one
/// after another, and all at once.
type Known = (&'static [(u64, u64)], u64, u64);

const KNOWN: [Known; 7] = [
    (&[], 0, 0),
    (&[(50, 0)], 50, 50),
    (&[(30, 0), (50, 0), (40, 0)], 120, 50),
    (&[(0, 30), (0, 50), (0, 40)], 120, 120),
    // The work on the first page overlaps with the wait for the second.
    (&[(10, 50), (100, 5)], 165, 105),
    (&[(10, 50), (20, 50)], 130, 110),
    (&[(20, 50), (10, 50)], 130, 110),
];

#[test]
fn given_costs_take_the_time_they_take() {
    for (pages, alone, together) in KNOWN {
        let cost = |&(wait, work): &(u64, u64)| Cost {
            wait: Duration::from_millis(wait),
            work: Duration::from_millis(work),
        };
        let costs: Vec<_> = pages.iter().map(cost).collect();
        for (how, predicted, right) in [
            ("one after another", one_after_another(&costs), alone),
            ("all at once", all_at_once(&costs), together),
        ] {
            let right = Duration::from_millis(right);
            assert!(
                predicted == right,
                "wrong answer: {how}, for pages with (wait, work) in ms of \
                 {pages:?}, you predict {predicted:?}, and it is {right:?}"
            );
        }
    }
}

#[test]
fn no_run_is_faster_than_predicted() {
    let judge = Judge::begin();
    let latency = Duration::from_millis(8);
    let work = Duration::from_millis(1);
    let shape = Shape { latency, work, ..Shape::default() };
    let site = Site::in_thread(shape);
    let urls = site.pages(5);
    // The machine may have more; this is the one that there is.
    let core = Mutex::new(());
    let cost = |url: &Url| {
        let page: Page = fetch(url).expect("a healthy site");
        let _core = core.lock().unwrap();
        let start = Instant::now();
        page.work();
        Cost { wait: page.took, work: start.elapsed() }
    };

    let start = Instant::now();
    let costs: Vec<_> = urls.iter().map(cost).collect();
    let took = start.elapsed();
    run_took("one after another", one_after_another(&costs), took, &costs);

    let start = Instant::now();
    let costs: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> =
            urls.iter().map(|url| scope.spawn(|| cost(url))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let took = start.elapsed();
    run_took("all at once", all_at_once(&costs), took, &costs);
    site.end();
    judge.end();
}

/// A machine has other things to do as well, so a run may take longer than the
/// prediction that is made from its own costs. It cannot take less.
fn run_took(how: &str, predicted: Duration, took: Duration, costs: &[Cost]) {
    assert!(
        predicted <= took,
        "wrong answer: {how}, you predict {predicted:.0?} for a run that took \
         {took:.0?}: {costs:.0?}"
    );
}
