//! Exercise: abort a task.
//!
//!     cargo test -p own-executor --test abort-a-task
//!
//! `abort` ends a future that a task waits for, wherever it is called. It
//! leaves a note and wakes the task; the rest is done at the task's next turn.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker, ready};

/// The future was aborted before it was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Aborted;

/// What [`abortable`] makes of a future.
pub struct Abortable<F> {
    /// Not there any more once it has ended.
    both: Option<(Pin<Box<F>>, Rc<Shared>)>,
}

/// Aborts the future. So does each clone of it.
#[derive(Clone)]
pub struct AbortHandle {
    /// The future owns it: once that has ended, there is nothing to abort.
    shared: Weak<Shared>,
}

#[derive(Default)]
struct Shared {
    is_aborted: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// The same future, and a handle that can end it early.
pub fn abortable<F: Future>(future: F) -> (Abortable<F>, AbortHandle) {
    let shared = Rc::<Shared>::default();
    let handle = AbortHandle { shared: Rc::downgrade(&shared) };
    (Abortable { both: Some((Box::pin(future), shared)) }, handle)
}

impl AbortHandle {
    /// Ends the future at the next turn of its task, and wakes that. Once the
    /// future has ended, this does nothing.
    pub fn abort(&self) {
        let Some(shared) = self.shared.upgrade() else { return };
        shared.is_aborted.set(true);
        let waker = shared.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<F: Future> Future for Abortable<F> {
    type Output = Result<F::Output, Aborted>;

    /// Once it is ready, nothing is left in it: it may be kept for long.
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        let (future, shared) =
            self.both.as_mut().expect("it is not polled after it has ended");
        let result = if shared.is_aborted.get() {
            Err(Aborted)
        } else {
            // Leave the waker first: the future may abort itself in its poll.
            shared.waker.replace(Some(context.waker().clone()));
            Ok(ready!(future.as_mut().poll(context)))
        };
        self.both = None;
        Poll::Ready(result)
    }
}

#[path = "abort-a-task/check.rs"]
mod check;
