//! With a lock, so that `abort` may be called by another thread. Both sides own
//! what is shared, and the end takes the waker out.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// The future was aborted before it was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Aborted;

/// What [`abortable`] makes of a future.
pub struct Abortable<F> {
    future: Option<Pin<Box<F>>>,
    state: Arc<Mutex<State>>,
}

/// Aborts the future. So does each clone of it.
#[derive(Clone)]
pub struct AbortHandle {
    state: Arc<Mutex<State>>,
}

enum State {
    New,
    Waits(Waker),
    Aborted,
}

/// The same future, and a handle that can end it early.
pub fn abortable<F: Future>(future: F) -> (Abortable<F>, AbortHandle) {
    let state = Arc::new(Mutex::new(State::New));
    let handle = AbortHandle { state: Arc::clone(&state) };
    (Abortable { future: Some(Box::pin(future)), state }, handle)
}

fn become_aborted(state: &Mutex<State>) -> State {
    std::mem::replace(&mut *state.lock().unwrap(), State::Aborted)
}

impl AbortHandle {
    /// Ends the future at the next turn of its task, and wakes that. Once the
    /// future has ended, this does nothing.
    pub fn abort(&self) {
        if let State::Waits(waker) = become_aborted(&self.state) {
            waker.wake();
        }
    }
}

impl<F: Future> Future for Abortable<F> {
    type Output = Result<F::Output, Aborted>;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        let mut state = self.state.lock().unwrap();
        let is_aborted = matches!(*state, State::Aborted);
        if !is_aborted {
            *state = State::Waits(context.waker().clone());
        }
        drop(state);
        let result = if is_aborted {
            Err(Aborted)
        } else {
            let future = self.future.as_mut().expect("it has not ended");
            match future.as_mut().poll(context) {
                Poll::Ready(output) => Ok(output),
                Poll::Pending => return Poll::Pending,
            }
        };
        self.future = None;
        become_aborted(&self.state);
        Poll::Ready(result)
    }
}

impl<F> Drop for Abortable<F> {
    fn drop(&mut self) {
        become_aborted(&self.state);
    }
}

#[path = "abort-a-task/check.rs"]
mod check;
