//! Met with: while it holds VecDeque<Url>
//!
//! In `while let` the guard is a temporary that lives to the end of the body:
//! the list is locked across the fetch.

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
        while let Some(url) = to_do.lock().unwrap().pop_front() {
            if failure.lock().unwrap().is_some() {
                break;
            }
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

#[path = "../check.rs"]
mod check;
