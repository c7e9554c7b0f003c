//! Met with: fetches at once, though
//!
//! No fetch begins after the first failure: all have begun long before.

use lab::sync::Mutex;
use lab::{Failure, Page, Url, fetch};
use std::thread;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let _ = at_once;
    let done = Mutex::new(Vec::new());
    let failure = Mutex::new(None);
    thread::scope(|scope| {
        for url in &pages {
            scope.spawn(|| match fetch(url) {
                Ok(page) => done.lock().unwrap().push(page),
                Err(why) => {
                    failure.lock().unwrap().get_or_insert(why);
                }
            });
        }
    });
    match failure.into_inner().unwrap() {
        None => Ok(done.into_inner().unwrap()),
        Some(why) => Err(why),
    }
}

#[path = "../check.rs"]
mod check;
