//! A pause, and what pauses, as step 4-2 has them; a recording is told of both.

use crate::Paused;
use crate::kept::{keeps, pauses_here};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Pauses: `poll` comes back with `Pending`, and the next one goes on from
/// here.
pub fn pause() -> impl Future<Output = ()> {
    pause_after(|| ())
}

/// Calls `leave`, which leaves something for what resumes this, and pauses.
pub(super) fn pause_after(
    leave: impl FnOnce() + Unpin,
) -> impl Future<Output = ()> {
    Pause(Some(leave))
}

struct Pause<F>(Option<F>);

impl<F: FnOnce() + Unpin> Future for Pause<F> {
    type Output = ();

    /// The line that calls this is that of the `.await`.
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0.take() {
            Some(leave) => {
                leave();
                pauses_here();
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

/// A function that pauses, in a box in which it is never moved.
pub struct Coroutine(Pin<Box<dyn Future<Output = ()>>>);

impl Coroutine {
    /// One that stands before its first line.
    pub fn new(body: impl Future<Output = ()> + 'static) -> Coroutine {
        Coroutine(Box::pin(body))
    }

    /// Lets it run until it pauses. Gives back `false` once it has ended.
    pub fn resume(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let pauses = self.0.as_mut().poll(&mut context).is_pending();
        if pauses {
            keeps(|| Paused::Future { bytes: size_of_val(&*self.0) });
        }
        pauses
    }
}
