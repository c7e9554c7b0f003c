//! 5-8 · Sleep until the first is due: timers are wakers in the order of time.
//!
//!     cargo run -p own-executor --bin 5-8-sleep-until-the-first-is-due
//!
//! Look at the polls: 24, three for each task. It begins, its time has come,
//! its page has come.

use lab::{Site, Url};
use own_executor::steps::{Executor, Fetch, Task, waits_until};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

fn main() {
    let site = Site::start();
    let start = Instant::now();

    let executor = Executor::new();
    for (n, url) in (1..).zip(site.pages(8)) {
        let due = start + n * Duration::from_millis(10);
        executor.spawn(show(url, Sleep { due, number: n }));
    }
    let polls = executor.run_with(next);
    println!("polls: {polls}");

    site.finish();
}

/// Fetches a page when its time has come.
async fn show(url: Url, sleep: Sleep) {
    let due = sleep.due;
    sleep.await;
    let late = due.elapsed();
    let page = Fetch::new(url).await.expect("every page is there");
    println!("{page}, begun {late:.1?} late");
}

/// Is ready when it is due.
struct Sleep {
    due: Instant,
    /// Two may be due at the same time, and have different numbers.
    number: u32,
}

thread_local! {
    /// The wakers of those that sleep, in the order in which they are due.
    static TIMERS: RefCell<BTreeMap<(Instant, u32), Waker>> =
        RefCell::default();
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.due <= Instant::now() {
            return Poll::Ready(());
        }
        waits_until(self.due);
        let (timer, waker) = ((self.due, self.number), context.waker().clone());
        TIMERS.with_borrow_mut(|timers| timers.insert(timer, waker));
        Poll::Pending
    }
}

/// Takes the next task out of the queue. While there is none, the thread sleeps
/// until the first timer is due.
fn next(ready: &Receiver<Arc<Task>>) -> Option<Arc<Task>> {
    loop {
        let task = match wake_those_due() {
            Some(left) => ready.recv_timeout(left),
            None => ready.recv().map_err(RecvTimeoutError::from),
        };
        match task {
            Err(RecvTimeoutError::Timeout) => {}
            task => return task.ok(),
        }
    }
}

/// Wakes all that are due, and says how long it is until the next one will be.
fn wake_those_due() -> Option<Duration> {
    let now = Instant::now();
    TIMERS.with_borrow_mut(|timers| {
        // To wake is to push into the queue: no task runs here.
        while let Some(first) = timers.first_entry()
            && first.key().0 <= now
        {
            first.remove().wake();
        }
        let (due, _) = timers.keys().next()?;
        Some(due.duration_since(now))
    })
}
