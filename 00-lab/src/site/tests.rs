//! What a client gets from the site, and what the site counts.

use super::{Fault, Shape, Site};
use crate::{Failure, fetch_by};
use std::thread;
use std::time::{Duration, Instant};

fn start_site(faults: &[Fault]) -> Site {
    let faults = faults.to_vec();
    let latency = Duration::ZERO;
    Site::in_thread(Shape { pages: 12, latency, faults, ..Shape::default() })
}

#[test]
fn every_fault_ends_as_the_answer_says() {
    for fault in Fault::survivable() {
        let site = start_site(&[fault]);
        for n in 1..=Fault::PAGES {
            let url = site.url().join(&format!("/{fault}-{n}")).unwrap();
            // Only a page that stalls takes as long as this.
            let patience = match fault {
                Fault::Stall => Duration::from_millis(200),
                _ => Duration::from_secs(10),
            };
            let fetched = fetch_by(&url, Instant::now() + patience);
            match (fetched, site.answer().failed.get(url.path())) {
                (Ok(_), None) => {}
                // One page cannot show that redirects go in a circle.
                (Ok(page), Some(_)) if fault == Fault::RedirectLoop => {
                    let other = format!("/{fault}-{}", 3 - n);
                    assert_eq!(page.links[0].path(), other);
                }
                (Err(why), Some(words)) => {
                    let why = why.to_string();
                    assert!(why.contains(words), "{url}: {why}");
                }
                (Ok(_), Some(_)) => panic!("{url} can be had"),
                (Err(why), None) => panic!("{url}: {why}"),
            }
        }
        site.end();
    }
}

#[test]
fn what_the_site_has_seen_is_what_was_asked() {
    let latency = Duration::from_millis(100);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let waits: Duration = thread::scope(|scope| {
        let fetch = |url| move || crate::fetch(&url).map(|page| page.took);
        let all = site.pages(5).into_iter().map(|url| scope.spawn(fetch(url)));
        let all: Vec<_> = all.collect();
        all.into_iter().map(|one| one.join().unwrap().unwrap()).sum()
    });
    let seen = site.end();
    assert_eq!(seen.peak, 5);
    assert_eq!((seen.requests, seen.hits.len(), seen.cut), (5, 5, 0));
    assert!(
        seen.sum_of_waits <= waits && seen.elapsed >= seen.sum_of_waits / 5
    );
}

#[test]
fn a_page_counts_as_ended_before_its_reader_can_ask_for_another() {
    let site = start_site(&[]);
    for _ in 0..20 {
        for url in site.pages(12) {
            crate::fetch(&url).unwrap();
        }
    }
    let seen = site.end();
    assert_eq!((seen.peak, seen.requests), (1, 240));
}

#[test]
fn a_site_that_is_dropped_is_gone() {
    let site = start_site(&[]);
    let url = site.url().clone();
    drop(site);
    // The server may need one more turn.
    let patience = Instant::now() + Duration::from_secs(10);
    while !matches!(fetch_by(&url, patience), Err(Failure::Refused)) {
        assert!(Instant::now() < patience, "it is still there");
        thread::yield_now();
    }
}
