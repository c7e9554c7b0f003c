use super::Graph;
use crate::links::of_html;
use crate::site::{Answer, Fault, Shape};
use std::collections::BTreeSet;
use std::time::Duration;
use url::Url;

fn shape(pages: u32, seed: u64, faults: &[Fault]) -> Shape {
    Shape { pages, seed, faults: faults.to_vec(), ..Shape::default() }
}

/// Small sites and large ones, with and without faults.
fn graphs() -> impl Iterator<Item = Graph> {
    [1, 2, 3, 9, 10, 11, 40, 1000].into_iter().flat_map(|pages| {
        [Vec::new(), Fault::survivable()].into_iter().flat_map(move |faults| {
            (1..4).map(move |seed| Graph::new(&shape(pages, seed, &faults)))
        })
    })
}

#[test]
fn the_links_of_a_page_are_those_that_its_text_has() {
    let site = Url::parse("http://127.0.0.1:8000/").unwrap();
    let redirects = [Some(Fault::Redirect), Some(Fault::RedirectLoop)];
    for graph in graphs() {
        for node in &graph.pages {
            if node.content_type == "text/plain"
                || redirects.contains(&node.fault)
            {
                continue;
            }
            let url = site.join(&node.path).unwrap();
            let links = of_html(&url, &node.body, None).unwrap();
            let links: BTreeSet<&str> = links.iter().map(Url::path).collect();
            let meant = node.links.iter().map(|&n| &*graph.pages[n].path);
            assert_eq!(links, meant.collect(), "on {}", node.path);
        }
    }
}

#[test]
fn every_page_can_be_reached_through_pages_that_can_be_had() {
    for graph in graphs() {
        let mut reached = BTreeSet::from([0]);
        let mut queue = vec![0];
        while let Some(page) = queue.pop() {
            let node = &graph.pages[page];
            if node.fault.is_some_and(|fault| fault.breaks().is_some()) {
                continue;
            }
            queue.extend(node.links.iter().filter(|n| reached.insert(**n)));
        }
        assert_eq!(reached.len(), graph.pages.len());
    }
}

#[test]
fn pages_are_neither_tiny_nor_so_large_that_hashing_them_frees_the_gil() {
    // On a small site with all faults, the front page has to link to each.
    for graph in graphs().filter(|graph| graph.pages.len() >= 40 + 32) {
        let html = graph.pages.iter();
        for node in html.filter(|node| node.content_type != "text/plain") {
            let n = node.body.len();
            assert!((500..2000).contains(&n), "{} has {n} bytes", node.path);
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_site_and_another_one_another() {
    let of = |seed| Answer::of(&shape(40, seed, &Fault::survivable())).checksum;
    assert_eq!(of(5), of(5));
    assert_ne!(of(5), of(6));
    assert_ne!(of(0), of(u64::MAX));
}

#[test]
fn faults_add_pages_and_leave_the_others_what_they_were() {
    let without = Graph::new(&shape(40, 1, &[])).pages;
    let with = Graph::new(&shape(40, 1, &Fault::survivable())).pages;
    assert_eq!(with.len(), 40 + 2 * Fault::survivable().len());
    for (before, after) in without.iter().zip(&with) {
        assert_eq!(before.path, after.path);
        assert_eq!(before.latency, after.latency);
        assert!(before.links.iter().all(|link| after.links.contains(link)));
    }
}

#[test]
fn latencies_lie_around_what_was_asked_for() {
    let graph = Graph::new(&shape(1000, 1, &[]));
    let all = graph.pages.iter().map(|node| node.latency);
    assert!(all.clone().min().unwrap() >= Duration::from_millis(25));
    assert!(all.clone().max().unwrap() <= Duration::from_millis(75));
    let mean = all.sum::<Duration>() / 1000;
    let (least, most) = (Duration::from_millis(48), Duration::from_millis(52));
    assert!((least..most).contains(&mean), "{mean:?} on average");
}

#[test]
fn a_crawl_soon_knows_more_pages_than_it_may_ask_for_at_once() {
    for seed in 1..20 {
        let answer = Answer::of(&shape(400, seed, &[]));
        let (one, eight) = (answer.ideal(1), answer.ideal(8));
        assert!(eight < one.mul_f64(1.15 / 8.0), "{eight:?} of {one:?}");
    }
}
