//! Solution: a oneshot channel that survives another waker.
//!
//! The last waker is the one that counts, so each poll replaces what is there.
//! Each side closes the channel when it is dropped, and `send` drops the
//! sender: so there is one place that wakes. No borrow is held there, since a
//! waker may do whatever it likes, and poll the receiver, too.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Sends the value.
pub struct Sender<T> {
    shared: Rc<RefCell<Shared<T>>>,
}

/// Waits for the value.
pub struct Receiver<T> {
    shared: Rc<RefCell<Shared<T>>>,
}

/// The sender was dropped, and has not sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Dropped;

struct Shared<T> {
    value: Option<T>,
    waker: Option<Waker>,
    /// Set when one side is gone.
    is_closed: bool,
}

/// A sender and a receiver of one value.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Shared { value: None, waker: None, is_closed: false };
    let shared = Rc::new(RefCell::new(shared));
    (Sender { shared: Rc::clone(&shared) }, Receiver { shared })
}

impl<T> Sender<T> {
    /// Sends the value. If the receiver was dropped, this gives it back.
    pub fn send(self, value: T) -> Result<(), T> {
        let mut shared = self.shared.borrow_mut();
        if shared.is_closed {
            return Err(value);
        }
        shared.value = Some(value);
        Ok(())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut shared = self.shared.borrow_mut();
        shared.is_closed = true;
        let waker = shared.waker.take();
        drop(shared);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Dropped>;

    /// Is ready once there is a value, or none will come.
    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<T, Dropped>> {
        let mut shared = self.shared.borrow_mut();
        if let Some(value) = shared.value.take() {
            return Poll::Ready(Ok(value));
        }
        if shared.is_closed {
            return Poll::Ready(Err(Dropped));
        }
        shared.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut shared = self.shared.borrow_mut();
        shared.is_closed = true;
        shared.waker = None;
        shared.value = None;
    }
}

#[path = "oneshot-new-waker/check.rs"]
mod check;
