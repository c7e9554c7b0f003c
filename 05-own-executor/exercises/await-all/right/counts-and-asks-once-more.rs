//! Each future is wrapped, so that it puts its value into its place by itself.
//! Those that are over are taken out of the list. After each poll in which one
//! was, it has itself polled once more: needless, and no loop.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::Poll;

/// Waits for all of these futures at once, and gives what they give, in their
/// order.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let places: Vec<_> = futures.iter().map(|_| RefCell::new(None)).collect();
    let wrap = |(future, place): (F, _)| {
        Box::pin(async move {
            let value = future.await;
            RefCell::replace(place, Some(value));
        })
    };
    let mut waiting: Vec<_> =
        futures.into_iter().zip(&places).map(wrap).collect();
    poll_fn(|context| {
        let before = waiting.len();
        waiting.retain_mut(|it| it.as_mut().poll(context).is_pending());
        if waiting.is_empty() {
            return Poll::Ready(());
        }
        if waiting.len() < before {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await;
    drop(waiting);
    places.into_iter().filter_map(RefCell::into_inner).collect()
}

#[path = "await-all/check.rs"]
mod check;
