//! Judges `ideal`: on small sites, against the one that the report uses, and
//! against a crawl that was really made.
//!
//! As shipped: you say 4.5s, and it is 8s

use super::ideal;
use lab::judge::Judge;
use lab::{Frontier, Shape, Site, fetch, frontier};
use std::time::{Duration, Instant};

/// How many at once, the waits in seconds, the links.
type Small = (usize, &'static [u64], &'static [&'static [usize]]);

/// The smallest sites that can be got wrong.
const SMALL: [Small; 7] = [
    (1, &[3], &[&[]]),
    // Both known only through the first; in fact one after another.
    (2, &[3, 1, 5], &[&[1, 2], &[], &[0]]),
    // A chain: nothing overlaps.
    (9, &[1, 2, 3], &[&[1], &[2], &[0]]),
    // One free place, and a page that waits for it.
    (2, &[1, 4, 2, 3], &[&[1, 2, 3], &[], &[], &[]]),
    // A page is known as soon as *it* was found, not when its whole level is.
    (2, &[1, 9, 2, 5, 1], &[&[1, 2], &[], &[3], &[4], &[]]),
    // Two pages link to a third.
    (2, &[1, 2, 3, 4], &[&[1, 2], &[3], &[3], &[1]]),
    (3, &[2, 7, 3, 1, 6, 2], &[&[1, 2, 3], &[5], &[4], &[4, 2], &[], &[]]),
];

#[test]
fn every_site_takes_the_time_it_takes() {
    small_sites();
    larger_sites();
}

fn small_sites() {
    for (at_once, waits, links) in SMALL {
        let seconds = |&wait: &u64| Duration::from_secs(wait);
        let durations: Vec<_> = waits.iter().map(seconds).collect();
        let lists: Vec<_> = links.iter().map(|it| it.to_vec()).collect();
        let right = frontier::ideal(at_once, &durations, &lists);
        let said = ideal(at_once, &durations, &lists);
        assert!(
            said == right,
            "wrong answer: {at_once} at once, waits of {waits:?} seconds, \
             links {links:?}: you say {said:?}, and it is {right:?}"
        );
    }
}

fn larger_sites() {
    let mut dice = Dice(1);
    for n in 0..300 {
        // Small ones first: they are easier to follow.
        let pages = 2 + n / 10;
        let wait = |_| Duration::from_nanos(dice.below(1_000_000_000) as u64);
        let waits: Vec<_> = (0..pages).map(wait).collect();
        let links: Vec<Vec<_>> = (0..pages)
            .map(|_| (0..dice.below(4)).map(|_| dice.below(pages)).collect())
            .collect();
        let at_once = 1 + dice.below(6);
        let right = frontier::ideal(at_once, &waits, &links);
        let said = ideal(at_once, &waits, &links);
        assert!(
            said == right,
            "wrong answer: on a site of {pages} pages, {at_once} at once: you \
             say {said:?}, and it is {right:?}; waits {waits:?}, links {links:?}"
        );
    }
}

#[test]
fn no_crawl_is_faster_than_that() {
    let judge = Judge::begin();
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
    let said = ideal(1, &waits, &links);
    assert!(
        said <= took,
        "wrong answer: you say that a crawl takes {said:?} at best which has \
         just been made in {took:?}"
    );
}

/// The same throws in every run: a generator by Knuth.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}
