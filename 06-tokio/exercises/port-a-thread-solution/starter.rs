//! Exercise: port a thread solution.
//!
//!     cargo test -p with-tokio --test port-a-thread-solution
//!
//! `fetch_all` has to do on tokio what a thread solution does, which is in
//! `port-a-thread-solution/on_threads.rs`. As it stands, it calls that, and
//! blocks. Then say what differs. As it stands, nothing does.

use check::{Call, Diff, Ends, Outcome, Page, on_threads};
use std::time::Duration;

/// Fetches pages, at most `at_once` at a time, and of each host one at a time.
/// Says what has become of each by the time limit, in the order of the list.
/// Leaves nothing behind.
pub async fn fetch_all(
    pages: Vec<Page>,
    at_once: usize,
    limit: Duration,
) -> Vec<Outcome> {
    on_threads::fetch_all(pages, at_once, limit)
}

/// 1 · `n` pages are under way, each of another host. On how many threads?
pub fn threads(n: usize) -> Diff<usize> {
    Diff { on_threads: n, on_tokio: n }
}

/// 2 · As many pages are under way as may, each of another host. How many tasks
/// has your port then?
pub fn tasks(call: Call) -> usize {
    call.pages + call.at_once
}

/// 3 · No page ends before the limit. How many are then fetched to their end
/// all the same, for nothing? There are more pages than places.
pub fn for_nothing(at_once: usize) -> Diff<usize> {
    Diff { on_threads: at_once, on_tokio: at_once }
}

/// 4 · `fetch_all` is called in a task. Do other tasks of its thread go on?
pub const OTHERS_GO_ON: Diff<bool> = Diff { on_threads: true, on_tokio: true };

/// 5 · There are two lines in a page, with no `.await` between them. On a
/// runtime that has one thread, may another page begin between the two?
pub const BETWEEN_TWO_LINES: Diff<bool> =
    Diff { on_threads: true, on_tokio: true };

/// 6 · Is a page handed to another thread or task, so that it must be `Send`?
pub const MUST_BE_SEND: Diff<bool> = Diff { on_threads: true, on_tokio: true };

/// 7 · A page panics. What ends with it?
pub const PANIC_ENDS: Diff<Ends> =
    Diff { on_threads: Ends::ItsThread, on_tokio: Ends::ItsThread };

#[path = "port-a-thread-solution/check.rs"]
mod check;
