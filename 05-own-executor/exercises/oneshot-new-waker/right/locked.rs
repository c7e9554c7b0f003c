//! With a lock, so that the two sides may be on two threads.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// Sends the value.
pub struct Sender<T> {
    shared: Arc<Mutex<State<T>>>,
}

/// Waits for the value.
pub struct Receiver<T> {
    shared: Arc<Mutex<State<T>>>,
}

/// The sender was dropped, and has not sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Dropped;

enum State<T> {
    Empty,
    Waits(Waker),
    Sent(T),
    Closed,
}

/// A sender and a receiver of one value.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Mutex::new(State::Empty));
    (Sender { shared: Arc::clone(&shared) }, Receiver { shared })
}

impl<T> State<T> {
    /// Becomes this, unless one side is gone.
    fn becomes(shared: &Mutex<State<T>>, next: State<T>) -> Result<(), T> {
        let mut state = shared.lock().unwrap();
        let old = match (&*state, next) {
            (State::Closed, State::Sent(value)) => return Err(value),
            (State::Sent(_), State::Closed) => return Ok(()),
            (_, next) => std::mem::replace(&mut *state, next),
        };
        drop(state);
        if let State::Waits(waker) = old {
            waker.wake();
        }
        Ok(())
    }
}

impl<T> Sender<T> {
    /// Sends the value. If the receiver was dropped, this gives it back.
    pub fn send(self, value: T) -> Result<(), T> {
        State::becomes(&self.shared, State::Sent(value))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let _ = State::becomes(&self.shared, State::Closed);
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Dropped>;

    /// Is ready once there is a value, or none will come.
    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<T, Dropped>> {
        let mut state = self.shared.lock().unwrap();
        match std::mem::replace(&mut *state, State::Closed) {
            State::Sent(value) => Poll::Ready(Ok(value)),
            State::Closed => Poll::Ready(Err(Dropped)),
            State::Empty | State::Waits(_) => {
                *state = State::Waits(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.shared.lock().unwrap();
        let old = std::mem::replace(&mut *state, State::Closed);
        drop(state);
        drop(old);
    }
}

#[path = "oneshot-new-waker/check.rs"]
mod check;
