//! No tasks: the future polls all pages itself, `at_once` of them at a time. A
//! panic is caught where it comes out of a poll.

use check::{Call, Diff, Ends, Outcome, Page};
use futures_util::stream::iter;
use futures_util::{FutureExt, StreamExt};
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::Mutex;
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
    let hosts: HashMap<_, _> =
        pages.iter().map(|page| (page.host, Mutex::new(()))).collect();
    let fetch = async |(number, page): (usize, Page)| {
        let _turn = hosts[&page.host].lock().await;
        let fetched = AssertUnwindSafe(page.fetch()).catch_unwind().await;
        (number, fetched.map_or(Outcome::Panicked, Outcome::Body))
    };
    let pages = iter(pages.into_iter().enumerate());
    let mut ended = pages.map(fetch).buffer_unordered(at_once);
    while let Ok(Some((number, outcome))) = timeout_at(end, ended.next()).await
    {
        outcomes[number] = outcome;
    }
    drop(ended);
    outcomes
}

/// 1 · `n` pages are under way, each of another host. On how many threads?
pub fn threads(n: usize) -> Diff<usize> {
    Diff { on_threads: n, on_tokio: 1 }
}

/// 2 · As many pages are under way as may, each of another host. How many tasks
/// has your port then?
pub fn tasks(_: Call) -> usize {
    0
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
pub const MUST_BE_SEND: Diff<bool> = Diff { on_threads: true, on_tokio: false };

/// 7 · A page panics. What ends with it?
pub const PANIC_ENDS: Diff<Ends> =
    Diff { on_threads: Ends::ItsThread, on_tokio: Ends::Nothing };

#[path = "port-a-thread-solution/check.rs"]
mod check;
