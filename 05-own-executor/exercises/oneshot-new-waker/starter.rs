//! Exercise: a oneshot channel that survives another waker.
//!
//!     cargo test -p own-executor --test oneshot-new-waker
//!
//! A channel for one value. The receiver is a future, and it may be polled by
//! one task today and by another one tomorrow. As it stands, it remembers the
//! first. Nor does either side notice when the other one is dropped.

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
}

/// A sender and a receiver of one value.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Shared { value: None, waker: None };
    let shared = Rc::new(RefCell::new(shared));
    (Sender { shared: Rc::clone(&shared) }, Receiver { shared })
}

impl<T> Sender<T> {
    /// Sends the value. If the receiver was dropped, this gives it back.
    pub fn send(self, value: T) -> Result<(), T> {
        let mut shared = self.shared.borrow_mut();
        shared.value = Some(value);
        if let Some(waker) = &shared.waker {
            waker.wake_by_ref();
        }
        Ok(())
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
        if shared.waker.is_none() {
            shared.waker = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

#[path = "oneshot-new-waker/check.rs"]
mod check;
