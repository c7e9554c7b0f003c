//! The receiver owns what is shared, and the sender knows where it is. So a
//! receiver that is dropped leaves nothing behind, and the sender finds
//! nothing.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

/// Sends the value.
pub struct Sender<T> {
    shared: Weak<Shared<T>>,
}

/// Waits for the value.
pub struct Receiver<T> {
    shared: Rc<Shared<T>>,
}

/// The sender was dropped, and has not sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Dropped;

struct Shared<T> {
    result: Cell<Option<Result<T, Dropped>>>,
    waker: RefCell<Option<Waker>>,
}

/// A sender and a receiver of one value.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (result, waker) = (Cell::new(None), RefCell::new(None));
    let shared = Rc::new(Shared { result, waker });
    (Sender { shared: Rc::downgrade(&shared) }, Receiver { shared })
}

impl<T> Sender<T> {
    /// Sends the value. If the receiver was dropped, this gives it back.
    pub fn send(mut self, value: T) -> Result<(), T> {
        let Some(shared) = std::mem::take(&mut self.shared).upgrade() else {
            return Err(value);
        };
        shared.tell(Ok(value));
        Ok(())
    }
}

impl<T> Shared<T> {
    fn tell(&self, result: Result<T, Dropped>) {
        self.result.set(Some(result));
        let waker = self.waker.take();
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.tell(Err(Dropped));
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
        if let Some(result) = self.shared.result.take() {
            return Poll::Ready(result);
        }
        let waker = context.waker();
        let mut kept = self.shared.waker.borrow_mut();
        // A clone takes time. The one that is there may wake the same task.
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            *kept = Some(waker.clone());
        }
        Poll::Pending
    }
}

#[path = "oneshot-new-waker/check.rs"]
mod check;
