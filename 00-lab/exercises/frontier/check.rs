//! Judges `Frontier`: what it says after each step of many crawls, and how a
//! crawl goes that several threads make with it.
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

/// How many random crawls are made, by each of twenty runs.
const CRAWLS: usize = 300;

#[test]
fn it_says_the_right_thing_after_each_step() {
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
    /// What is done next: 0 takes a page, and any other number is done with one
    /// of those under way. After these, all are taken, and then done with.
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

    /// Makes the crawl. What is wrong comes with the steps up to there.
    fn play(&self) -> Result<(), String> {
        let mut told = Told::new();
        told.asks_whether_it_is_finished()?;
        for &choice in &self.choices {
            match told.under_way.len() {
                some if choice > 0 && some > 0 => {
                    told.is_done((choice - 1) % some, &self.links);
                }
                _ => told.takes()?,
            }
            told.asks_whether_it_is_finished()?;
        }
        loop {
            while !told.queue.is_empty() {
                told.takes()?;
                told.asks_whether_it_is_finished()?;
            }
            // There is none now, or no more: a thread that asks is told so.
            told.takes()?;
            told.asks_whether_it_is_finished()?;
            if told.under_way.is_empty() {
                return Ok(());
            }
            told.is_done(0, &self.links);
            told.asks_whether_it_is_finished()?;
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

/// A frontier, what it has been told, and so what it has to say.
struct Told {
    frontier: Frontier,
    /// Pages that were found: all, those not given out yet, those under way.
    known: Vec<usize>,
    queue: Vec<usize>,
    under_way: Vec<usize>,
    steps: String,
}

impl Told {
    fn new() -> Told {
        Told {
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

    /// Any page that waits for it, in whatever order.
    fn takes(&mut self) -> Result<(), String> {
        let taken = self.frontier.take();
        let said = taken.as_ref().map_or("none".to_owned(), address);
        let _ = write!(self.steps, ", take: {said}");
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
            true => self.wrong(&format!("{said} was given out twice")),
            false => self.wrong(&format!(
                "{said} was given out, and nobody has linked to it"
            )),
        }
    }

    /// With one of those under way, and its links.
    fn is_done(&mut self, place: usize, links: &[Vec<usize>]) {
        let links = &links[self.under_way.remove(place)];
        let urls: Vec<_> = links.iter().map(|&page| url(page)).collect();
        self.frontier.done(&urls);
        let said: Vec<_> = urls.iter().map(address).collect();
        let _ = write!(self.steps, ", done: [{}]", said.join(", "));
        for &page in links {
            if !self.known.contains(&page) {
                self.known.push(page);
                self.queue.push(page);
            }
        }
    }

    fn asks_whether_it_is_finished(&mut self) -> Result<(), String> {
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
            self.takes()?;
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
    // std's lock: this one is not to be recorded.
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
            scope.spawn(|| work(&frontier, &changed));
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
