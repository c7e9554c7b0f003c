//! Met with: called `Result::unwrap()` on an `Err` value
//!
//! A failure that panics does stop a thread; the scope passes the panic on, and
//! there is no answer.

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
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let next = to_do.lock().unwrap().pop_front();
                    let Some(url) = next else { break };
                    let page = fetch(&url).unwrap();
                    done.lock().unwrap().push(page);
                }
            });
        }
    });
    Ok(done.into_inner().unwrap())
}

#[path = "first-error/check.rs"]
mod check;
