//! Judges `one_after_another` and `all_at_once`: on given costs, on random ones
//! that are played through, and on those of runs that have just been made.
//!
//! As shipped: you predict 0ns

use super::{Cost, all_at_once, one_after_another};
use lab::sync::Mutex;
use lab::{Dice, Page, Shape, Site, Url, fetch};
use std::thread;
use std::time::{Duration, Instant};
use trials::judge::{Judge, smallest};

trials::answer!("exercises/predict-the-time.rs");

/// Waiting and work of each page, in ticks.
type Pages = Vec<(u64, u64)>;

/// Pages that can be got wrong, in ticks of a millisecond.
const KNOWN: [&[(u64, u64)]; 8] = [
    &[],
    &[(50, 0)],
    &[(30, 0), (50, 0), (40, 0)],
    &[(0, 30), (0, 50), (0, 40)],
    // The work on the first page overlaps with the wait for the second.
    &[(10, 50), (100, 5)],
    &[(10, 50), (20, 50)],
    &[(20, 50), (10, 50)],
    // The core has nothing to do in the middle.
    &[(0, 10), (30, 10), (30, 10)],
];

/// How many random lists are tried, by each of twenty runs.
const LISTS: usize = 400;

#[test]
fn any_costs_take_the_time_they_take() {
    let judge = Judge::of(ANSWER);
    let ms = Duration::from_millis(1);
    for pages in KNOWN {
        is_right(&pages.to_vec(), ms, "");
    }
    let mut dice = Dice::random();
    let again = format!(" {}", dice.again());
    for list in 0..LISTS {
        // Short lists first, and small numbers in half of them, so that some
        // are the same.
        let (count, most) = (dice.below(2 + list / 40), 3 + list % 2 * 40);
        let pages: Pages = (0..count)
            .map(|_| (dice.below(most) as u64, dice.below(most) as u64))
            .collect();
        let tick = match list % 4 {
            // Minutes, and what is no whole number of anything.
            3 => Duration::from_nanos(1 + dice.number() % (1 << 36)),
            _ => ms,
        };
        let wrong = |pages: &Pages| !Said::of(pages, tick).is_right();
        if wrong(&pages) {
            let pages = smallest(pages, smaller, wrong);
            is_right(&pages, tick, &again);
        }
    }
    judge.end();
}

/// One page less, or one number.
fn smaller(pages: &Pages) -> Vec<Pages> {
    let mut all = Vec::new();
    for n in 0..pages.len() {
        let mut without = pages.clone();
        without.remove(n);
        all.push(without);
    }
    for n in 0..pages.len() {
        let (wait, work) = pages[n];
        let less = |number: u64| [number / 2, number.saturating_sub(1)];
        let waits = less(wait).map(|wait| (wait, work));
        let works = less(work).map(|work| (wait, work));
        for page in waits.into_iter().chain(works) {
            if page != pages[n] {
                let mut with = pages.clone();
                with[n] = page;
                all.push(with);
            }
        }
    }
    all
}

/// What is predicted for some pages, and what is right: one after another, and
/// all at once.
struct Said {
    predicted: [Duration; 2],
    right: [Duration; 2],
}

impl Said {
    fn of(pages: &Pages, tick: Duration) -> Said {
        let long = |ticks: u64| tick * ticks as u32;
        let cost = |&(wait, work): &(u64, u64)| Cost {
            wait: long(wait),
            work: long(work),
        };
        let costs: Vec<_> = pages.iter().map(cost).collect();
        let sum = pages.iter().map(|(wait, work)| wait + work).sum();
        Said {
            predicted: [one_after_another(&costs), all_at_once(&costs)],
            right: [long(sum), long(play(pages))],
        }
    }

    fn is_right(&self) -> bool {
        self.predicted == self.right
    }
}

/// Plays it through, tick by tick: the core works on any page that is there.
fn play(pages: &Pages) -> u64 {
    let mut left = pages.clone();
    let mut now = 0;
    while left.iter().any(|&(wait, work)| wait > now || work > 0) {
        let mut ready =
            left.iter_mut().filter(|page| page.0 <= now && page.1 > 0);
        if let Some((_, work)) = ready.next() {
            *work -= 1;
        }
        now += 1;
    }
    now
}

fn is_right(pages: &Pages, tick: Duration, again: &str) {
    let Said { predicted, right } = Said::of(pages, tick);
    let unit = match tick.as_nanos() {
        1_000_000 => "ms".to_owned(),
        _ => format!("ticks of {tick:?}"),
    };
    for n in 0..2 {
        assert!(
            predicted[n] == right[n],
            "wrong answer: {}, for pages with (wait, work) in {unit} of \
             {pages:?}, you predict {:?}, and it is {:?}{again}",
            ["one after another", "all at once"][n],
            predicted[n],
            right[n]
        );
    }
}

#[test]
fn no_run_is_faster_than_predicted() {
    let judge = Judge::of(ANSWER);
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
