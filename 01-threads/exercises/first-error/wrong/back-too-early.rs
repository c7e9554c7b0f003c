//! Met with: were still under way
//!
//! Threads that are not joined send what they have. At the first failure the
//! answer is given, and fetches that are under way go on behind its back.

use lab::sync::Mutex;
use lab::{Failure, Page, Url, fetch};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let to_do = Arc::new(Mutex::new(VecDeque::from(pages)));
    let (sender, receiver) = channel();
    for _ in 0..at_once {
        let (to_do, sender) = (Arc::clone(&to_do), sender.clone());
        thread::spawn(move || {
            loop {
                let next = to_do.lock().unwrap().pop_front();
                let Some(url) = next else { break };
                let fetched = fetch(&url);
                if fetched.is_err() {
                    to_do.lock().unwrap().clear();
                }
                let _ = sender.send(fetched);
            }
        });
    }
    drop(sender);
    receiver.into_iter().collect()
}

#[path = "first-error/check.rs"]
mod check;
