//! Met with: begun after the first failure
//!
//! A failure goes to a thread that stops the others, which takes a moment. The
//! thread that failed is not stopped in time, and fetches another page.

use lab::sync::Mutex;
use lab::{Failure, Page, Url, fetch};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let to_do = Mutex::new(VecDeque::from(pages));
    let stop = AtomicBool::new(false);
    let (tell, hear) = channel();
    thread::scope(|scope| {
        for _ in 0..at_once {
            let (tell, to_do, stop) = (tell.clone(), &to_do, &stop);
            scope.spawn(move || {
                while !stop.load(SeqCst) {
                    let next = to_do.lock().unwrap().pop_front();
                    let Some(url) = next else { break };
                    tell.send(fetch(&url)).unwrap();
                }
            });
        }
        drop(tell);
        let (mut all, mut first) = (Vec::new(), None);
        for fetched in hear {
            match fetched {
                Ok(page) => all.push(page),
                Err(why) => {
                    // Whatever takes long: writing a log, say.
                    thread::sleep(Duration::from_millis(20));
                    stop.store(true, SeqCst);
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

#[path = "first-error/check.rs"]
mod check;
