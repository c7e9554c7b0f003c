//! `Abortable` of the crate `futures-util`. It keeps the future after the end,
//! so a block holds it, and drops it.

use futures_util::future::{self, AbortRegistration};
use std::rc::{Rc, Weak};

/// The future was aborted before it was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Aborted;

/// Aborts the future. So does each clone of it.
#[derive(Clone)]
pub struct AbortHandle(Weak<future::AbortHandle>);

/// The same future, and a handle that can end it early.
pub fn abortable<F: Future>(
    future: F,
) -> (impl Future<Output = Result<F::Output, Aborted>>, AbortHandle) {
    let (handle, registration) = future::AbortHandle::new_pair();
    let handle = Rc::new(handle);
    let weak = AbortHandle(Rc::downgrade(&handle));
    (run(future, registration, handle), weak)
}

async fn run<F: Future>(
    future: F,
    registration: AbortRegistration,
    _handle: Rc<future::AbortHandle>,
) -> Result<F::Output, Aborted> {
    let abortable = future::Abortable::new(future, registration);
    abortable.await.map_err(|_| Aborted)
}

impl AbortHandle {
    /// Ends the future at the next turn of its task, and wakes that. Once the
    /// future has ended, this does nothing.
    pub fn abort(&self) {
        if let Some(handle) = self.0.upgrade() {
            handle.abort();
        }
    }
}

#[path = "abort-a-task/check.rs"]
mod check;
