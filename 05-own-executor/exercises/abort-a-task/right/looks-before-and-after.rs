//! A block, and a note that is looked at before and after each poll: a future
//! that aborts itself and waits ends in the same poll.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// The future was aborted before it was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Aborted;

/// Aborts the future. So does each clone of it.
#[derive(Clone)]
pub struct AbortHandle(Rc<RefCell<(bool, Option<Waker>)>>);

/// Has the waker dropped, whichever way the block ends.
struct Ends(AbortHandle);

/// The same future, and a handle that can end it early.
pub fn abortable<F: Future>(
    future: F,
) -> (impl Future<Output = Result<F::Output, Aborted>>, AbortHandle) {
    let handle = AbortHandle(Rc::default());
    let ends = Ends(handle.clone());
    let run = async move {
        let (ends, mut future) = (ends, pin!(future));
        poll_fn(|context| {
            let state = &ends.0.0;
            if state.borrow().0 {
                return Poll::Ready(Err(Aborted));
            }
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            if state.borrow().0 {
                return Poll::Ready(Err(Aborted));
            }
            state.borrow_mut().1 = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    };
    (run, handle)
}

impl AbortHandle {
    /// Ends the future at the next turn of its task, and wakes that. Once the
    /// future has ended, this does nothing.
    pub fn abort(&self) {
        self.0.borrow_mut().0 = true;
        let waker = self.0.borrow_mut().1.take();
        waker.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.0.borrow_mut().1 = None;
    }
}

#[path = "abort-a-task/check.rs"]
mod check;
