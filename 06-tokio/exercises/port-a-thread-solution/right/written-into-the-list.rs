//! The tasks write into the list themselves. What a task leaves there if it
//! panics is written by a drop. At the limit all are aborted, and waited for.

use check::{Call, Diff, Ends, Outcome, Page};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Fetches pages, at most `at_once` at a time, and of each host one at a time.
/// Says what has become of each by the time limit, in the order of the list.
/// Leaves nothing behind.
pub async fn fetch_all(
    pages: Vec<Page>,
    at_once: usize,
    limit: Duration,
) -> Vec<Outcome> {
    let list = Arc::new(Mutex::new(vec![Outcome::Late; pages.len()]));
    let mut hosts = HashMap::<u32, Arc<Semaphore>>::new();
    let places = Arc::new(Semaphore::new(at_once));
    let mut tasks = JoinSet::new();
    for (number, page) in pages.into_iter().enumerate() {
        let host = hosts.entry(page.host);
        let host = host.or_insert_with(|| Arc::new(Semaphore::new(1)));
        let (host, places) = (Arc::clone(host), Arc::clone(&places));
        let entry = Entry(Arc::clone(&list), number);
        tasks.spawn(async move {
            let _place = places.acquire().await.expect("it stays open");
            let _turn = host.acquire().await.expect("it stays open");
            let body = page.fetch().await;
            entry.write(Outcome::Body(body));
        });
    }
    let all_end = async { while tasks.join_next().await.is_some() {} };
    if timeout(limit, all_end).await.is_err() {
        tasks.shutdown().await;
    }
    let list = list.lock().unwrap();
    list.clone()
}

/// 1 · `n` pages are under way, each of another host. On how many threads?
pub fn threads(n: usize) -> Diff<usize> {
    Diff { on_threads: n, on_tokio: 1 }
}

/// 2 · As many pages are under way as may, each of another host. How many tasks
/// has your port then?
pub fn tasks(call: Call) -> usize {
    call.pages
}

/// 3 · No page ends before the limit. How many are then fetched to their end
/// all the same, for nothing? There are more pages than places.
pub fn for_nothing(at_once: usize) -> Diff<usize> {
    Diff { on_threads: at_once, on_tokio: 0 }
}

/// 4 · `fetch_all` is called in a task. Do other tasks of its thread go on?
pub const OTHERS_GO_ON: Diff<bool> = Diff { on_threads: false, on_tokio: true };

/// 5 · There are two lines in a page, with no `.await` between them. On a
/// runtime that has one thread, may another page begin between the two?
pub const BETWEEN_TWO_LINES: Diff<bool> =
    Diff { on_threads: true, on_tokio: false };

/// 6 · Is a page handed to another thread or task, so that it must be `Send`?
pub const MUST_BE_SEND: Diff<bool> = Diff { on_threads: true, on_tokio: true };

/// 7 · A page panics. What ends with it?
pub const PANIC_ENDS: Diff<Ends> =
    Diff { on_threads: Ends::ItsThread, on_tokio: Ends::ItsTask };

/// Where the outcome of a page belongs.
struct Entry(Arc<Mutex<Vec<Outcome>>>, usize);

impl Entry {
    fn write(&self, outcome: Outcome) {
        self.0.lock().unwrap()[self.1] = outcome;
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if thread::panicking() {
            self.write(Outcome::Panicked);
        }
    }
}

#[path = "port-a-thread-solution/check.rs"]
mod check;
