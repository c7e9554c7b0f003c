//! Met with: begun after the first failure
//!
//! The thread that fails stops at once. The others are told by one that is
//! sometimes busy, and until then they begin with more.

use lab::sync::Mutex;
use lab::{Failure, Page, Url, fetch};
use std::collections::VecDeque;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let to_do = Mutex::new(VecDeque::from(pages));
    let (tell, hear) = channel();
    thread::scope(|scope| {
        for _ in 0..at_once {
            let (tell, to_do) = (tell.clone(), &to_do);
            scope.spawn(move || {
                loop {
                    let next = to_do.lock().unwrap().pop_front();
                    let Some(url) = next else { break };
                    let fetched = fetch(&url);
                    let failed = fetched.is_err();
                    tell.send(fetched).unwrap();
                    if failed {
                        break;
                    }
                }
            });
        }
        drop(tell);
        let (mut all, mut first) = (Vec::new(), None);
        for fetched in hear {
            match fetched {
                Ok(page) => all.push(page),
                Err(why) => {
                    thread::sleep(Duration::from_millis(200));
                    to_do.lock().unwrap().clear();
                    first.get_or_insert(why);
                }
            }
        }
        match first {
            None => Ok(all),
            Some(why) => Err(why),
        }
    })
}

#[path = "../check.rs"]
mod check;
