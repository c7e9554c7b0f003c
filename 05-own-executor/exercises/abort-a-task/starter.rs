//! Exercise: abort a task.
//!
//!     cargo test -p own-executor --test abort-a-task
//!
//! `abort` has to end a future that a task waits for, wherever it is called. As
//! it stands, it does nothing.

use std::pin::Pin;
use std::task::{Context, Poll};

/// The future was aborted before it was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Aborted;

/// What [`abortable`] makes of a future.
pub struct Abortable<F> {
    future: Pin<Box<F>>,
}

/// Aborts the future. So does each clone of it.
#[derive(Clone)]
pub struct AbortHandle {}

/// The same future, and a handle that can end it early.
pub fn abortable<F: Future>(future: F) -> (Abortable<F>, AbortHandle) {
    (Abortable { future: Box::pin(future) }, AbortHandle {})
}

impl AbortHandle {
    /// Ends the future at the next turn of its task, and wakes that. Once the
    /// future has ended, this does nothing.
    pub fn abort(&self) {}
}

impl<F: Future> Future for Abortable<F> {
    type Output = Result<F::Output, Aborted>;

    /// Once it is ready, nothing is left in it: it may be kept for long.
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        self.future.as_mut().poll(context).map(Ok)
    }
}

#[path = "abort-a-task/check.rs"]
mod check;
