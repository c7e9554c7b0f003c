//! One state under one lock, and a thread takes the next page only as long as
//! nothing has failed.

use lab::sync::Mutex;
use lab::{Failure, Page, Url, fetch};
use std::thread;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let state = Mutex::new((pages, Ok(Vec::new())));
    let next = || {
        let (to_do, done) = &mut *state.lock().unwrap();
        if done.is_err() { None } else { to_do.pop() }
    };
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(url) = next() {
                    let fetched = fetch(&url);
                    let (_, done) = &mut *state.lock().unwrap();
                    match (&mut *done, fetched) {
                        (Ok(pages), Ok(page)) => pages.push(page),
                        (Ok(_), Err(why)) => *done = Err(why),
                        (Err(_), _) => {}
                    }
                }
            });
        }
    });
    state.into_inner().unwrap().1
}

#[path = "first-error/check.rs"]
mod check;
