//! Exercise: the first error stops the rest.
//!
//!     cargo test -p threads --test first-error
//!
//! A few threads fetch the pages of a list, `at_once` at a time. Once a page
//! cannot be had, no other fetch is to begin; when those under way have ended,
//! that failure is the answer. As it stands, all pages are fetched all the
//! same, and the answer is the last failure. Mend it.

use lab::sync::Mutex;
use lab::{Failure, Page, Url, fetch};
use std::collections::VecDeque;
use std::thread;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let to_do = Mutex::new(VecDeque::from(pages));
    let done = Mutex::new(Vec::new());
    let failure = Mutex::new(None);

    let work = || {
        loop {
            let Some(url) = to_do.lock().unwrap().pop_front() else { break };
            match fetch(&url) {
                Ok(page) => done.lock().unwrap().push(page),
                Err(why) => *failure.lock().unwrap() = Some(why),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(work);
        }
    });

    match failure.into_inner().unwrap() {
        None => Ok(done.into_inner().unwrap()),
        Some(why) => Err(why),
    }
}

#[path = "first-error/check.rs"]
mod check;
