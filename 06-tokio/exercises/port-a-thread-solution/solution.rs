//! Solution: port a thread solution.
//!
//! Workers save threads, which are dear. A task is not: here each page is one,
//! and waits for a place. The rest is the thread solution with other words,
//! but for two things. A lock that is held over an `.await` has to be tokio's.
//! And what is under way at the limit ends, because the set is dropped.

use check::{Call, Diff, Ends, Outcome, Page};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// Fetches pages, at most `at_once` at a time, and of each host one at a time.
/// Says what has become of each by the time limit, in the order of the list.
/// Leaves nothing behind.
pub async fn fetch_all(
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
    let places = Arc::new(Semaphore::new(at_once));
    let mut tasks = JoinSet::new();
    let mut numbers = HashMap::new();
    for (number, page) in pages.into_iter().enumerate() {
        let (hosts, places) = (Arc::clone(&hosts), Arc::clone(&places));
        let task = tasks.spawn(async move {
            let _place = places.acquire().await.expect("it stays open");
            let _turn = hosts[&page.host].lock().await;
            page.fetch().await
        });
        numbers.insert(task.id(), number);
    }
    // Until the limit has passed, or all tasks have ended.
    while let Ok(Some(joined)) =
        timeout_at(end, tasks.join_next_with_id()).await
    {
        match joined {
            Ok((id, body)) => outcomes[numbers[&id]] = Outcome::Body(body),
            Err(why) => outcomes[numbers[&why.id()]] = Outcome::Panicked,
        }
    }
    outcomes
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

#[path = "port-a-thread-solution/check.rs"]
mod check;
