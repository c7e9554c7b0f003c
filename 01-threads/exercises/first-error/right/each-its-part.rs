//! Each thread has its part of the list, and asks before each fetch whether all
//! is well. One may be done while another has much to do; nothing forbids that.

use lab::{Failure, Page, Url, fetch};
use std::sync::OnceLock;
use std::thread;

/// Fetches all pages, or finds out which failure comes first.
pub fn fetch_all(
    pages: Vec<Url>,
    at_once: usize,
) -> Result<Vec<Page>, Failure> {
    let first = OnceLock::new();
    // Where the part of the nth thread begins.
    let start = |n: usize| pages.len() * n / at_once;
    let all = thread::scope(|scope| {
        let first = &first;
        let fetch_part = |part: &[Url]| {
            let mut done = Vec::new();
            for url in part {
                if first.get().is_some() {
                    break;
                }
                match fetch(url) {
                    Ok(page) => done.push(page),
                    Err(why) => {
                        let _ = first.set(why);
                    }
                }
            }
            done
        };
        let mut threads = Vec::new();
        for n in 0..at_once {
            let part = &pages[start(n)..start(n + 1)];
            threads.push(scope.spawn(move || fetch_part(part)));
        }
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().unwrap());
        }
        all
    });
    first.into_inner().map_or(Ok(all), Err)
}

#[path = "first-error/check.rs"]
mod check;
