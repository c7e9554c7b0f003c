//! The thread solution. It works, and stays as it is.

use super::{Outcome, Page};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Fetches pages, at most `at_once` at a time, and of each host one at a time.
/// Says what has become of each by the time limit, in the order of the list.
pub fn fetch_all(
    pages: Vec<Page>,
    at_once: usize,
    limit: Duration,
) -> Vec<Outcome> {
    let end = Instant::now() + limit;
    let mut outcomes = vec![Outcome::Late; pages.len()];
    let mut hosts = HashMap::new();
    for page in &pages {
        hosts.insert(page.host, Mutex::new(()));
    }
    let hosts = Arc::new(hosts);
    let queue = Arc::new(Mutex::new(pages.into_iter().enumerate()));
    let (sender, ended) = mpsc::channel();
    for _ in 0..at_once {
        let (hosts, queue) = (Arc::clone(&hosts), Arc::clone(&queue));
        let sender = sender.clone();
        thread::spawn(move || {
            loop {
                let next = queue.lock().unwrap().next();
                let Some((number, page)) = next else { break };
                let turn = hosts[&page.host].lock().unwrap();
                // In a thread of its own: if it panics, this one goes on.
                let fetched = thread::spawn(|| page.fetch_blocking()).join();
                drop(turn);
                let outcome = fetched.map_or(Outcome::Panicked, Outcome::Body);
                if sender.send((number, outcome)).is_err() {
                    // Nobody wants to know any more.
                    break;
                }
            }
        });
    }
    drop(sender);
    // Until the limit has passed, or all workers have ended.
    while let Ok((number, outcome)) =
        ended.recv_timeout(end.saturating_duration_since(Instant::now()))
    {
        outcomes[number] = outcome;
    }
    outcomes
}
