//! Tasks, their wakers, and the handles that wait for them.

mod aborting;
mod ending;
mod joining;
mod polling;
mod threads;

use std::future::poll_fn;
use std::task::Poll;

/// Counts the polls, and is never ready.
async fn counted(polls: &std::cell::Cell<u32>) {
    poll_fn(|_| {
        polls.set(polls.get() + 1);
        Poll::<()>::Pending
    })
    .await;
}
