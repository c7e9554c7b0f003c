//! A place for each page that may be under way; no places that are never used.

use std::time::Duration;

/// How long it takes to crawl all pages, `at_once` at a time.
pub fn ideal(
    at_once: usize,
    waits: &[Duration],
    links: &[Vec<usize>],
) -> Duration {
    let mut known = vec![0];
    let mut next = 0;
    let mut places: Vec<Option<(Duration, usize)>> =
        vec![None; at_once.min(waits.len())];
    let mut now = Duration::ZERO;
    loop {
        for place in places.iter_mut().filter(|place| place.is_none()) {
            if let Some(&page) = known.get(next) {
                *place = Some((now + waits[page], page));
                next += 1;
            }
        }
        let under_way = places.iter_mut().filter(|place| place.is_some());
        let Some(place) = under_way.min() else { return now };
        let (end, page) = place.take().unwrap();
        now = end;
        for link in &links[page] {
            if !known.contains(link) {
                known.push(*link);
            }
        }
    }
}

#[path = "ideal-time/check.rs"]
mod check;
