//! A struct that is a future: it holds the futures that wait, and the values
//! that are there. It leaves gaps where a future was.

use std::pin::Pin;
use std::task::{Context, Poll};

struct JoinAll<F: Future> {
    futures: Vec<Option<Pin<Box<F>>>>,
    values: Vec<Option<F::Output>>,
}

// What is pinned lies in the boxes.
impl<F: Future> Unpin for JoinAll<F> {}

impl<F: Future> Future for JoinAll<F> {
    type Output = Vec<F::Output>;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Vec<F::Output>> {
        let JoinAll { futures, values } = &mut *self;
        for (future, value) in futures.iter_mut().zip(&mut *values) {
            let Some(waiting) = future else { continue };
            if let Poll::Ready(ready) = waiting.as_mut().poll(context) {
                *value = Some(ready);
                *future = None;
            }
        }
        match futures.iter().all(Option::is_none) {
            true => Poll::Ready(values.drain(..).flatten().collect()),
            false => Poll::Pending,
        }
    }
}

/// Waits for all of these futures at once, and gives what they give, in their
/// order.
pub fn join_all<F: Future>(
    futures: Vec<F>,
) -> impl Future<Output = Vec<F::Output>> {
    let values = futures.iter().map(|_| None).collect();
    let futures = futures.into_iter().map(|it| Some(Box::pin(it))).collect();
    JoinAll { futures, values }
}

#[path = "await-all/check.rs"]
mod check;
