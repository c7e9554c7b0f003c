//! This thread hands the pages out: at first as many as may be fetched at once,
//! then one for each that has come. After a failure it hands out no more.

use lab::{Failure, Page, Url, fetch};
use std::sync::mpsc::channel;
use std::thread;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let mut to_do = pages.into_iter();
    let (mut done, mut first) = (Vec::new(), None);
    thread::scope(|scope| {
        let (tell, hear) = channel();
        let start = |url: Url| {
            let tell = tell.clone();
            scope.spawn(move || tell.send(fetch(&url)).unwrap());
        };
        let mut under_way = 0;
        for url in to_do.by_ref().take(at_once) {
            start(url);
            under_way += 1;
        }
        while under_way > 0 {
            match hear.recv().unwrap() {
                Ok(page) => done.push(page),
                Err(why) => {
                    first.get_or_insert(why);
                }
            }
            let next = if first.is_none() { to_do.next() } else { None };
            match next {
                Some(url) => start(url),
                None => under_way -= 1,
            }
        }
    });
    first.map_or(Ok(done), Err)
}

#[path = "first-error/check.rs"]
mod check;
