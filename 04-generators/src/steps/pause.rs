//! A pause, as step 4-2 builds it.

use std::future::poll_fn;
use std::task::Poll;

/// Pauses: `poll` comes back with `Pending`, and the next one goes on from
/// here.
pub async fn pause() {
    let mut has_paused = false;
    poll_fn(|_| match has_paused {
        true => Poll::Ready(()),
        false => {
            has_paused = true;
            Poll::Pending
        }
    })
    .await;
}
