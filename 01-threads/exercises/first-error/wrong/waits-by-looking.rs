//! Met with: a thread looked again and again
//!
//! The threads are not joined: a counter says how many still work, and it is
//! looked at until it says none.

use lab::sync::Mutex;
use lab::{Failure, Page, Url, fetch};
use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let to_do = Arc::new(Mutex::new(VecDeque::from(pages)));
    let done = Arc::new(Mutex::new(Ok(Vec::new())));
    let working = Arc::new(());
    for _ in 0..at_once {
        let (to_do, done) = (Arc::clone(&to_do), Arc::clone(&done));
        let working = Arc::clone(&working);
        thread::spawn(move || {
            loop {
                let next = to_do.lock().unwrap().pop_front();
                let Some(url) = next else { break };
                let fetched = fetch(&url);
                let mut done = done.lock().unwrap();
                match (&mut *done, fetched) {
                    (Ok(pages), Ok(page)) => pages.push(page),
                    (Ok(_), Err(why)) => {
                        to_do.lock().unwrap().clear();
                        *done = Err(why);
                    }
                    (Err(_), _) => {}
                }
            }
            drop((to_do, done, working));
        });
    }
    while Arc::strong_count(&working) > 1 {
        thread::sleep(Duration::from_millis(1));
    }
    Arc::into_inner(done).unwrap().into_inner().unwrap()
}

#[path = "../check.rs"]
mod check;
