//! Met with: fetches at once, where
//!
//! One thread fewer than allowed: the one that waits for the others was counted.

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
                    to_do.lock().unwrap().clear();
                    failure.lock().unwrap().get_or_insert(why);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..at_once.max(2) {
            scope.spawn(work);
        }
    });
    match failure.into_inner().unwrap() {
        None => Ok(done.into_inner().unwrap()),
        Some(why) => Err(why),
    }
}

#[path = "../check.rs"]
mod check;
