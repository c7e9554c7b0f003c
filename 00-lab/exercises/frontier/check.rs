//! Judges `Frontier`: what it gives back at each step of many crawls, and a
//! crawl that several threads make with it.
//!
//! As shipped: it says that it is finished, and / is under way

use super::Frontier;
use lab::sync::{Condvar, Mutex};
use lab::{Dice, Shape, Site, Url, fetch};
use std::fmt::Write;
use std::thread;
use std::time::Duration;
use trials::judge::{Judge, smallest};

trials::answer!("exercises/frontier.rs");

const THREADS: usize = 4;

const SITE: &str = "http://127.0.0.1";

/// How many random crawls each of the twenty runs makes.
const CRAWLS: usize = 300;

#[test]
fn it_gives_back_the_right_thing_at_each_step() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    for n in 0..CRAWLS {
        let crawl = Crawl::random(&mut dice, n);
        if crawl.play().is_err() {
            let wrong = |crawl: &Crawl| crawl.play().is_err();
            let crawl = smallest(crawl, Crawl::smaller, wrong);
            let why = crawl.play().unwrap_err();
            panic!("wrong answer: {why} {}", dice.again());
        }
    }
    judge.end();
}

/// A crawl, step by step.
#[derive(Clone)]
struct Crawl {
    /// The links of each page.
    links: Vec<Vec<usize>>,
    /// The steps: 0 takes a page, and any other number finishes one of the
    /// pages under way. After these, all are taken, and then finished.
    choices: Vec<usize>,
}

impl Crawl {
    /// Small ones first: they are easier to follow.
    fn random(dice: &mut Dice, n: usize) -> Crawl {
        let pages = 1 + dice.below(3 + n / 10);
        // Some have few links, or none, as a page has that failed.
        let most = 1 + dice.below(5);
        let links = (0..pages).map(|_| {
            let count = dice.below(most);
            (0..count).map(|_| dice.below(pages)).collect()
        });
        let mut links: Vec<Vec<_>> = links.collect();
        let mut steps = 0..dice.below(1 + 3 * pages);
        // One page links to all, and they are all under way at once.
        if dice.below(8) == 0 {
            links[0] = (0..pages).collect();
            steps = 0..0;
        }
        Crawl { links, choices: steps.map(|_| dice.below(4)).collect() }
    }

    /// Makes the crawl; the error is what is wrong, and the steps up to there.
    fn play(&self) -> Result<(), String> {
        let mut checked = Checked::new();
        checked.check_finished()?;
        for &choice in &self.choices {
            match checked.under_way.len() {
                some if choice > 0 && some > 0 => {
                    checked.finish((choice - 1) % some, &self.links);
                }
                _ => checked.take()?,
            }
            checked.check_finished()?;
        }
        loop {
            while !checked.queue.is_empty() {
                checked.take()?;
                checked.check_finished()?;
            }
            // No page is left, now or for ever: `take` has to give none.
            checked.take()?;
            checked.check_finished()?;
            if checked.under_way.is_empty() {
                return Ok(());
            }
            checked.finish(0, &self.links);
            checked.check_finished()?;
        }
    }

    /// With one step less, one link less, or a simpler step.
    fn smaller(&self) -> Vec<Crawl> {
        let mut all = Vec::new();
        for n in 0..self.choices.len() {
            let mut crawl = self.clone();
            crawl.choices.remove(n);
            all.push(crawl);
        }
        for page in 0..self.links.len() {
            for n in 0..self.links[page].len() {
                let mut crawl = self.clone();
                crawl.links[page].remove(n);
                all.push(crawl);
            }
        }
        for n in 0..self.choices.len() {
            let mut crawl = self.clone();
            if crawl.choices[n] > 1 {
                crawl.choices[n] -= 1;
                all.push(crawl);
            }
        }
        all
    }
}

/// A frontier, and what is known of it by what was done.
struct Checked {
    frontier: Frontier,
    /// Pages that were found: all, those not given out yet, those under way.
    known: Vec<usize>,
    queue: Vec<usize>,
    under_way: Vec<usize>,
    steps: String,
}

impl Checked {
    fn new() -> Checked {
        Checked {
            frontier: Frontier::new(url(0)),
            known: vec![0],
            queue: vec![0],
            under_way: Vec::new(),
            steps: String::new(),
        }
    }

    fn wrong(&self, why: &str) -> Result<(), String> {
        let steps = self.steps.trim_start_matches(", ");
        Err(match steps {
            "" => why.to_owned(),
            _ => format!("{why}; the steps: {steps}"),
        })
    }

    /// Takes a page: any that was found and not given out is right.
    fn take(&mut self) -> Result<(), String> {
        let taken = self.frontier.take();
        let given = taken.as_ref().map_or("none".to_owned(), address);
        let _ = write!(self.steps, ", take: {given}");
        let Some(taken) = &taken else {
            return match self.queue.first() {
                None => Ok(()),
                Some(&page) => self.wrong(&format!(
                    "{} was found, and it does not give it out",
                    address(&url(page))
                )),
            };
        };
        let place = self.queue.iter().position(|&page| url(page) == *taken);
        if let Some(place) = place {
            self.under_way.push(self.queue.remove(place));
            return Ok(());
        }
        match self.known.iter().any(|&page| url(page) == *taken) {
            true => self.wrong(&format!("{given} was given out twice")),
            false => self.wrong(&format!(
                "{given} was given out, and no page has linked to it"
            )),
        }
    }

    /// Finishes one of the pages under way.
    fn finish(&mut self, place: usize, links: &[Vec<usize>]) {
        let links = &links[self.under_way.remove(place)];
        let urls: Vec<_> = links.iter().map(|&page| url(page)).collect();
        self.frontier.done(&urls);
        let links_done: Vec<_> = urls.iter().map(address).collect();
        let _ = write!(self.steps, ", done: [{}]", links_done.join(", "));
        for &page in links {
            if !self.known.contains(&page) {
                self.known.push(page);
                self.queue.push(page);
            }
        }
    }

    fn check_finished(&mut self) -> Result<(), String> {
        let finished = self.frontier.finished();
        let over = self.queue.is_empty() && self.under_way.is_empty();
        if finished == over {
            return Ok(());
        }
        let under_way = self.under_way.first().map(|it| (*it, "is under way"));
        let found = self.queue.first().map(|it| (*it, "was found"));
        let left = under_way.or(found);
        // What it gives out explains more, if that is wrong as well.
        if under_way.is_none() {
            self.take()?;
        }
        self.wrong(&match left {
            Some((page, why)) => format!(
                "it says that it is finished, and {} {why}",
                address(&url(page))
            ),
            None => "it is not finished, though every page is done and none \
                     was found that is not"
                .to_owned(),
        })
    }
}

/// The address of a page. It is looked at often, and seldom a new one.
fn url(page: usize) -> Url {
    // A lock of std's, which is not in the recording.
    static URLS: std::sync::Mutex<Vec<Url>> = std::sync::Mutex::new(vec![]);
    let mut urls = URLS.lock().unwrap();
    for page in urls.len()..=page {
        urls.push(parse(page));
    }
    urls[page].clone()
}

/// Of two pages, the second differs in little only: in its query, a slash at
/// the end, capital letters, or the folder.
fn parse(page: usize) -> Url {
    let first = match page % 2 {
        1 => page,
        _ => page.saturating_sub(1),
    };
    let path = match (page, page / 2 % 4) {
        (0, _) => "/".to_owned(),
        _ if page == first => format!("/p{first}"),
        (_, 1) => format!("/p{first}?next"),
        (_, 2) => format!("/p{first}/"),
        (_, 3) => format!("/P{first}"),
        _ => format!("/more/p{first}"),
    };
    format!("{SITE}{path}").parse().expect("it is a URL")
}

fn address(url: &Url) -> String {
    url.as_str().replace(SITE, "")
}

#[test]
fn its_crawl_reaches_every_page_once() {
    let judge = Judge::of(ANSWER);
    let latency = Duration::from_millis(4);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let frontier = Mutex::new(Frontier::new(site.url().clone()));
    let changed = Condvar::new();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| crawl(&frontier, &changed));
        }
    });
    let answer = site.answer().clone();
    let seen = site.end();
    judge.end();

    let twice = seen.hits.iter().find(|(_, hits)| **hits > 1);
    if let Some((page, hits)) = twice {
        let again = hits - 2;
        panic!(
            "wrong answer: {page} was given out twice{}",
            match again {
                0 => String::new(),
                _ => format!(", and {again} times more"),
            }
        );
    }
    let missed = answer.good.iter().find(|page| !seen.hits.contains_key(*page));
    if let Some(page) = missed {
        panic!("wrong answer: {page} was never given out");
    }
}

/// Crawls as the threads of rung 1 do, but takes 100 pages at most.
fn crawl(frontier: &Mutex<Frontier>, changed: &Condvar) {
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
