//! Solution: the first error stops the rest.
//!
//! The thread that meets a failure takes the work away, so that there is
//! nothing left to begin. A failure that is there already stays the first.

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
                Err(why) => {
                    // A thread that looks for its next page finds none.
                    to_do.lock().unwrap().clear();
                    failure.lock().unwrap().get_or_insert(why);
                }
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
