//! Judges `one_after_another` and `all_at_once`: on given costs, on random ones
//! that the check plays through, and on those of runs that were really made.
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

/// How many random lists each of the twenty runs tries.
const LISTS: usize = 400;

#[test]
fn any_costs_take_the_time_they_take() {
    let judge = Judge::of(ANSWER);
    let ms = Duration::from_millis(1);
    for pages in KNOWN {
        judge_pages(&pages.to_vec(), ms, "");
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
            // Any number of nanoseconds, up to a minute.
            3 => Duration::from_nanos(1 + dice.number() % (1 << 36)),
            _ => ms,
        };
        let wrong = |pages: &Pages| !Predicted::of(pages, tick).is_right();
        if wrong(&pages) {
            let pages = smallest(pages, smaller, wrong);
            judge_pages(&pages, tick, &again);
        }
    }
    judge.end();
}

/// With one page less, or a smaller number.
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
struct Predicted {
    predicted: [Duration; 2],
    right: [Duration; 2],
}

impl Predicted {
    fn of(pages: &Pages, tick: Duration) -> Predicted {
        let long = |ticks: u64| tick * ticks as u32;
        let cost = |&(wait, work): &(u64, u64)| Cost {
            wait: long(wait),
            work: long(work),
        };
        let costs: Vec<_> = pages.iter().map(cost).collect();
        let sum = pages.iter().map(|(wait, work)| wait + work).sum();
        Predicted {
            predicted: [one_after_another(&costs), all_at_once(&costs)],
            right: [long(sum), long(play(pages))],
        }
    }

    fn is_right(&self) -> bool {
        self.predicted == self.right
    }
}

/// Plays a run tick by tick, and gives back how many it takes: the core works
/// on any page that is there.
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

fn judge_pages(pages: &Pages, tick: Duration, again: &str) {
    let Predicted { predicted, right } = Predicted::of(pages, tick);
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
    // The machine may have more cores: the lock makes it one.
    let core = Mutex::new(());
    let measure = |url: &Url| {
        let page: Page = fetch(url).expect("a healthy site");
        let _core = core.lock().unwrap();
        let start = Instant::now();
        page.work();
        Cost { wait: page.took, work: start.elapsed() }
    };

    let start = Instant::now();
    let costs: Vec<_> = urls.iter().map(measure).collect();
    let took = start.elapsed();
    judge_run("one after another", one_after_another(&costs), took, &costs);

    let start = Instant::now();
    let costs: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> =
            urls.iter().map(|url| scope.spawn(|| measure(url))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let took = start.elapsed();
    judge_run("all at once", all_at_once(&costs), took, &costs);
    site.end();
    judge.end();
}

/// A machine has other things to do as well, so a run may take longer than the
/// prediction that is made from its own costs. It cannot take less.
fn judge_run(how: &str, predicted: Duration, took: Duration, costs: &[Cost]) {
    assert!(
        predicted <= took,
        "wrong answer: {how}, you predict {predicted:.0?} for a run that took \
         {took:.0?}: {costs:.0?}"
    );
}
