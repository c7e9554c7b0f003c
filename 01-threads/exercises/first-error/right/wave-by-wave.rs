//! As many as may be fetched at once, and when all of these have ended, as many
//! more. Slower than it could be, since each wave waits for its last.

use lab::sync::Mutex;
use lab::{Failure, Page, Url, fetch};
use std::thread;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let (done, first) = (Mutex::new(Vec::new()), Mutex::new(None));
    for wave in pages.chunks(at_once) {
        thread::scope(|scope| {
            for url in wave {
                scope.spawn(|| match fetch(url) {
                    Ok(page) => done.lock().unwrap().push(page),
                    Err(why) => {
                        first.lock().unwrap().get_or_insert(why);
                    }
                });
            }
        });
        if let Some(why) = first.lock().unwrap().take() {
            return Err(why);
        }
    }
    Ok(done.into_inner().unwrap())
}

#[path = "first-error/check.rs"]
mod check;
