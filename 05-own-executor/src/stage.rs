//! A task: a future, and later its output.

use crate::task::JoinError;
use pin_project_lite::pin_project;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;

/// What a task hands to its handle.
pub type Output<T> = Result<T, JoinError>;

/// What the executor can do with any task.
pub trait Task {
    /// Polls the future. Once it is ready or has panicked, it is dropped, and
    /// the output is kept.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()>;

    /// Drops the future.
    fn abort(self: Pin<&mut Self>);

    /// Puts the output, a `Result<T, JoinError>`, into an `Option` of that
    /// type.
    fn take_output(self: Pin<&mut Self>, to: &mut dyn Any);
}

pin_project! {
    /// A future, and later its output: one allocation for both.
    #[project = StageProjected]
    pub enum Stage<F: Future> {
        Running {
            #[pin]
            future: F,
        },
        Ended {
            output: Option<Output<F::Output>>,
        },
    }
}

impl<F> Task for Stage<F>
where
    F: Future + 'static,
    F::Output: 'static,
{
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let StageProjected::Running { future } = self.as_mut().project() else {
            unreachable!("it has ended");
        };
        let polled = catch_unwind(AssertUnwindSafe(|| future.poll(context)));
        let output = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(payload) => Err(JoinError::panicked(payload)),
        };
        self.end(output);
        Poll::Ready(())
    }

    fn abort(self: Pin<&mut Self>) {
        self.end(Err(JoinError::cancelled()));
    }

    fn take_output(self: Pin<&mut Self>, to: &mut dyn Any) {
        let StageProjected::Ended { output } = self.project() else {
            unreachable!("it has not ended");
        };
        let to: &mut Option<_> = to.downcast_mut().expect("its own type");
        *to = output.take();
    }
}

impl<F: Future> Stage<F> {
    /// Drops the future, and keeps the output. If a destructor panics, that is
    /// the output.
    fn end(mut self: Pin<&mut Self>, output: Output<F::Output>) {
        let ended = Stage::Ended { output: None };
        let dropped =
            catch_unwind(AssertUnwindSafe(|| self.as_mut().set(ended)));
        let output = match dropped {
            Ok(()) => output,
            Err(payload) => {
                drop_quietly(output);
                Err(JoinError::panicked(payload))
            }
        };
        if let StageProjected::Ended { output: to } = self.project() {
            *to = Some(output);
        }
    }
}

/// Calls what may panic, at a place where a panic would hit another task.
pub fn call_quietly(f: impl FnOnce()) -> thread::Result<()> {
    catch_unwind(AssertUnwindSafe(f))
}

/// Drops what may panic, at such a place.
pub fn drop_quietly<T>(value: T) {
    let _ = call_quietly(|| drop(value));
}

/// Wakers are not ours: one that panics ends neither the executor nor a task,
/// and the others are woken all the same.
pub fn wake_all(wakers: impl IntoIterator<Item = Waker>) {
    for waker in wakers {
        let _ = call_quietly(|| waker.wake());
    }
}
