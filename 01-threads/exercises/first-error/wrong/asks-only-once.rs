//! Met with: begun after the first failure
//!
//! Each thread has its part of the list, and asks before it begins with it
//! whether all is well. Then it no longer asks.

use lab::sync::Mutex;
use lab::{Failure, Page, Url, fetch};
use std::thread;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let done = Mutex::new(Vec::new());
    let failure = Mutex::new(None);

    thread::scope(|scope| {
        for part in pages.chunks(pages.len().div_ceil(at_once).max(1)) {
            let (done, failure) = (&done, &failure);
            scope.spawn(move || {
                if failure.lock().unwrap().is_some() {
                    return;
                }
                for url in part {
                    match fetch(url) {
                        Ok(page) => done.lock().unwrap().push(page),
                        Err(why) => {
                            failure.lock().unwrap().get_or_insert(why);
                        }
                    }
                }
            });
        }
    });

    match failure.into_inner().unwrap() {
        None => Ok(done.into_inner().unwrap()),
        Some(why) => Err(why),
    }
}

#[path = "first-error/check.rs"]
mod check;
