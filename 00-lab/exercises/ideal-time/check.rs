//! Judges `ideal`: on small sites and on random ones, which the check plays
//! through, and by a crawl that was really made.
//!
//! As shipped: you say 4.5s, and it is 8s

use super::ideal;
use lab::{Dice, Frontier, Shape, Site, fetch};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use trials::judge::{Judge, smallest};

trials::answer!("exercises/ideal-time.rs");

/// How many pages at once, the wait for each in seconds, the links of each.
type Small = (usize, &'static [u64], &'static [&'static [usize]]);

/// The smallest sites that can be got wrong.
const SMALL: [Small; 9] = [
    (1, &[3], &[&[]]),
    // The first page links to both others.
    (2, &[3, 1, 5], &[&[1, 2], &[], &[0]]),
    // A chain: nothing overlaps.
    (9, &[1, 2, 3], &[&[1], &[2], &[0]]),
    // No page links to the last one.
    (1, &[1, 2, 4], &[&[1, 1, 0], &[1], &[0]]),
    // One free place, and a page that waits for it.
    (2, &[1, 4, 2, 3], &[&[1, 2, 3], &[], &[], &[]]),
    // A page is known as soon as *it* was found, not when its whole level is.
    (2, &[1, 9, 2, 5, 1], &[&[1, 2], &[], &[3], &[4], &[]]),
    // Two pages link to a third.
    (2, &[1, 2, 3, 4], &[&[1, 2], &[3], &[3], &[1]]),
    // The page that was begun first may come last, and its links with it.
    (2, &[1, 1, 1, 3, 1], &[&[2, 3], &[4], &[1], &[4], &[]]),
    (3, &[2, 7, 3, 1, 6, 2], &[&[1, 2, 3], &[5], &[4], &[4, 2], &[], &[]]),
];

/// How many random sites each of the twenty runs tries.
const SITES: usize = 400;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn every_site_takes_the_time_it_takes() {
    let judge = Judge::of(ANSWER);
    for (at_once, waits, links) in SMALL {
        let waits = waits.iter().map(|&n| Duration::from_secs(n)).collect();
        let links = links.iter().map(|it| it.to_vec()).collect();
        judge_site(&Pages { at_once, waits, links }, "");
    }
    let mut dice = Dice::random();
    let again = format!(" {}", dice.again());
    for n in 0..SITES {
        let site = Pages::random(&mut dice, n);
        let wrong =
            |site: &Pages| !site.right_times().contains(&site.predicted());
        if wrong(&site) {
            judge_site(&smallest(site, Pages::smaller, wrong), &again);
        }
    }
    judge.end();
}

fn judge_site(site: &Pages, again: &str) {
    let (predicted, right) = (site.predicted(), site.right_times());
    let times: Vec<_> = right.iter().map(|it| format!("{it:?}")).collect();
    let Pages { at_once, waits, links } = site;
    assert!(
        right.contains(&predicted),
        "wrong answer: {at_once} at once, waits {waits:?}, links {links:?}: \
         you say {predicted:?}, and it is {}{again}",
        times.join(" or ")
    );
}

/// A site as it is crawled.
#[derive(Clone)]
struct Pages {
    at_once: usize,
    waits: Vec<Duration>,
    links: Vec<Vec<usize>>,
}

impl Pages {
    /// Small ones first: they are easier to follow. In half of the small ones,
    /// pages come at the same moment.
    fn random(dice: &mut Dice, n: usize) -> Pages {
        let whole = n < SITES / 2 && dice.below(2) == 0;
        let pages = 1 + dice.below(if whole { 5 } else { 3 + n / 12 });
        let most = dice.one_of(&[1 << 8, 1 << 30, 1 << 44]);
        let wait = |_| match whole {
            true => SECOND * dice.below(4) as u32,
            false => Duration::from_nanos(1 + dice.number() % most),
        };
        let waits = (0..pages).map(wait).collect();
        let links = (0..pages)
            .map(|_| (0..dice.below(4)).map(|_| dice.below(pages)).collect())
            .collect();
        Pages { at_once: 1 + dice.below(6), waits, links }
    }

    fn predicted(&self) -> Duration {
        ideal(self.at_once, &self.waits, &self.links)
    }

    /// All times that it may take.
    fn right_times(&self) -> BTreeSet<Duration> {
        let mut known = vec![false; self.waits.len()];
        known[0] = true;
        let start = Moment {
            now: Duration::ZERO,
            known,
            queue: vec![0],
            under_way: Vec::new(),
        };
        let mut ends = BTreeSet::new();
        self.play(start, &mut ends);
        ends
    }

    /// Plays the crawl from this moment on. Several pages may come at the same
    /// moment, and any of them may be looked at first: so there may be several
    /// ends.
    fn play(&self, mut moment: Moment, ends: &mut BTreeSet<Duration>) {
        let free = self.at_once - moment.under_way.len();
        let begun = free.min(moment.queue.len());
        for page in moment.queue.drain(..begun) {
            moment.under_way.push((moment.now + self.waits[page], page));
        }
        let Some(&(next, _)) = moment.under_way.iter().min() else {
            ends.insert(moment.now);
            return;
        };
        for n in 0..moment.under_way.len() {
            if moment.under_way[n].0 == next {
                let mut then = moment.clone();
                then.now = next;
                let (_, page) = then.under_way.remove(n);
                for &link in &self.links[page] {
                    if !then.known[link] {
                        then.known[link] = true;
                        then.queue.push(link);
                    }
                }
                self.play(then, ends);
            }
        }
    }

    /// With one page less, one link less, one place less, or a shorter wait.
    fn smaller(&self) -> Vec<Pages> {
        let mut all = Vec::new();
        for n in 1..self.waits.len() {
            let mut site = self.clone();
            site.waits.remove(n);
            site.links.remove(n);
            for links in &mut site.links {
                links.retain(|&link| link != n);
                links.iter_mut().for_each(|link| *link -= (*link > n) as usize);
            }
            all.push(site);
        }
        for n in 0..self.links.len() {
            for link in 0..self.links[n].len() {
                let mut site = self.clone();
                site.links[n].remove(link);
                all.push(site);
            }
        }
        if self.at_once > 1 {
            all.push(Pages { at_once: self.at_once - 1, ..self.clone() });
        }
        for n in 0..self.waits.len() {
            for wait in shorten(self.waits[n]) {
                let mut site = self.clone();
                site.waits[n] = wait;
                all.push(site);
            }
        }
        all
    }
}

/// Shorter waits: whole seconds up to five, or half of a long one.
fn shorten(wait: Duration) -> Vec<Duration> {
    let seconds = (1..=5).map(|n| SECOND * n);
    match seconds.clone().any(|it| it == wait) {
        true => seconds.filter(|it| *it < wait).collect(),
        false if wait > SECOND * 5 => seconds.chain([wait / 2]).collect(),
        false => seconds.collect(),
    }
}

/// A moment of the crawl.
#[derive(Clone)]
struct Moment {
    now: Duration,
    known: Vec<bool>,
    /// The pages that are known and not asked for yet.
    queue: Vec<usize>,
    /// The pages that are waited for, each after the time when it comes.
    under_way: Vec<(Duration, usize)>,
}

#[test]
fn no_crawl_is_faster_than_that() {
    let judge = Judge::of(ANSWER);
    let latency = Duration::from_millis(8);
    let site =
        Site::in_thread(Shape { latency, pages: 12, ..Shape::default() });
    let mut frontier = Frontier::new(site.url().clone());
    let (mut urls, mut waits, mut links) = (vec![], vec![], vec![]);
    let start = Instant::now();
    while let Some(url) = frontier.next() {
        let page = fetch(&url).expect("a healthy site");
        waits.push(page.took);
        links.push(page.links.clone());
        frontier.done(&url, Ok(page));
        urls.push(url);
    }
    let took = start.elapsed();
    site.end();
    judge.end();

    let number = |link| urls.iter().position(|url| url == link);
    let links: Vec<Vec<_>> = links
        .iter()
        .map(|links| links.iter().filter_map(number).collect())
        .collect();
    let predicted = ideal(1, &waits, &links);
    assert!(
        predicted <= took,
        "wrong answer: you say that a crawl takes {predicted:?} at best \
         which has just been made in {took:?}"
    );
}
