//! No locks and no permits: one loop knows who waits for which host, and spawns
//! a page when it may be fetched.

use check::{Call, Diff, Ends, Outcome, Page};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Fetches pages, at most `at_once` at a time, and of each host one at a time.
/// Says what has become of each by the time limit, in the order of the list.
/// Leaves nothing behind.
pub async fn fetch_all(
    pages: Vec<Page>,
    at_once: usize,
    limit: Duration,
) -> Vec<Outcome> {
    let mut outcomes = vec![Outcome::Late; pages.len()];
    let mut pages = pages.into_iter().enumerate();
    let (mut tasks, mut running) = (JoinSet::new(), HashMap::new());
    let mut waiting = HashMap::<u32, VecDeque<(usize, Page)>>::new();
    let start = |tasks: &mut JoinSet<_>, number, page: Page| {
        let host = page.host;
        (tasks.spawn(page.fetch()).id(), (number, host))
    };
    let mut places = at_once;
    let limit = sleep(limit);
    tokio::pin!(limit);
    loop {
        while places > 0
            && let Some((number, page)) = pages.next()
        {
            places -= 1;
            match waiting.get_mut(&page.host) {
                Some(queue) => queue.push_back((number, page)),
                None => {
                    waiting.insert(page.host, VecDeque::new());
                    running.extend([start(&mut tasks, number, page)]);
                }
            }
        }
        let joined = select! {
            joined = tasks.join_next_with_id() => joined,
            () = &mut limit => None,
        };
        let Some(joined) = joined else { return outcomes };
        let (id, outcome) = match joined {
            Ok((id, body)) => (id, Outcome::Body(body)),
            Err(why) => (why.id(), Outcome::Panicked),
        };
        let (number, host) = running.remove(&id).expect("it was started");
        outcomes[number] = outcome;
        places += 1;
        match waiting.get_mut(&host).and_then(VecDeque::pop_front) {
            Some((number, page)) => {
                running.extend([start(&mut tasks, number, page)]);
            }
            None => drop(waiting.remove(&host)),
        }
    }
}

/// 1 · `n` pages are under way, each of another host. On how many threads?
pub fn threads(n: usize) -> Diff<usize> {
    Diff { on_threads: n, on_tokio: 1 }
}

/// 2 · As many pages are under way as may, each of another host. How many tasks
/// has your port then?
pub fn tasks(call: Call) -> usize {
    call.at_once
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
