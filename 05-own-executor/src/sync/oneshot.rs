//! A channel for one value.

use super::{lock, renew};
use crate::budget;
use crate::lanes::waits_for;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

/// Errors, where `tokio` has them.
pub mod error {
    pub use super::{RecvError, TryRecvError};
}

/// A sender and a receiver of one value.
///
/// ```
/// use own_executor::sync::oneshot;
///
/// let (sender, receiver) = oneshot::channel();
/// own_executor::block_on(async {
///     drop(own_executor::spawn(async { sender.send("hello") }));
///     assert_eq!(receiver.await, Ok("hello"));
/// });
/// ```
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Mutex::new(Shared {
        state: State::Empty,
        receiver: None,
        sender: None,
    }));
    (Sender { shared: Some(shared.clone()) }, Receiver { shared, taken: false })
}

/// Sends the value.
pub struct Sender<T> {
    /// `None` once the value is sent.
    shared: Option<Arc<Mutex<Shared<T>>>>,
}

/// Waits for the value: it is a future.
///
/// It is cancel safe: awaited by `&mut`, it can be awaited again.
///
/// # Errors
///
/// If the sender was dropped without having sent, or this was
/// [closed](Receiver::close) before.
///
/// # Panics
///
/// If it is polled again after it was ready.
#[must_use = "dropping it tells the sender that nothing waits"]
pub struct Receiver<T> {
    shared: Arc<Mutex<Shared<T>>>,
    /// Set once its result has been handed out.
    taken: bool,
}

struct Shared<T> {
    state: State<T>,
    /// The task that waits for the value.
    receiver: Option<Waker>,
    /// The task that waits for the receiver to close.
    sender: Option<Waker>,
}

enum State<T> {
    /// Both sides are there.
    Empty,
    Sent(T),
    /// One side is gone, or the receiver has closed. No value will come.
    Closed,
}

impl<T> Sender<T> {
    /// Sends the value. It never waits.
    ///
    /// # Errors
    ///
    /// The value, if the receiver is dropped or closed. Even without an error
    /// the receiver may be dropped before it has looked at the value.
    pub fn send(mut self, value: T) -> Result<(), T> {
        let shared = self.shared.take().expect("it sends once");
        let mut guard = lock(&shared);
        if let State::Closed = guard.state {
            return Err(value);
        }
        guard.state = State::Sent(value);
        let wakers = (guard.receiver.take(), guard.sender.take());
        drop(guard);
        if let (Some(receiver), _) = wakers {
            receiver.wake();
        }
        Ok(())
    }

    /// Set if the receiver is dropped or closed: nothing waits for the value.
    pub fn is_closed(&self) -> bool {
        let shared = self.shared.as_ref().expect("nothing is sent yet");
        matches!(lock(shared).state, State::Closed)
    }

    /// Waits until the receiver is dropped or closed. It is cancel safe.
    ///
    /// ```
    /// use own_executor::sync::oneshot;
    ///
    /// let (mut sender, receiver) = oneshot::channel::<u32>();
    /// drop(receiver);
    /// own_executor::block_on(sender.closed());
    /// assert_eq!(sender.send(1), Err(1));
    /// ```
    pub async fn closed(&mut self) {
        poll_fn(|context| self.poll_closed(context)).await;
    }

    /// Ready if the receiver is dropped or closed; otherwise the task is woken
    /// when it is.
    pub fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let spent = ready!(budget::spend(context));
        let shared = self.shared.as_ref().expect("nothing is sent yet");
        let mut guard = lock(shared);
        if let State::Closed = guard.state {
            spent.made_progress();
            return Poll::Ready(());
        }
        let old = renew(&mut guard.sender, context);
        drop(guard);
        drop(old);
        Poll::Pending
    }
}

impl<T> Receiver<T> {
    /// From now on nothing can be sent. What has been sent can be received.
    pub fn close(&mut self) {
        drop(self.closed(false));
    }

    /// Takes the value, if it is there, without waiting.
    ///
    /// # Errors
    ///
    /// Whether it may still come.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let mut guard = lock(&self.shared);
        match guard.state.take() {
            Some(Ok(value)) => {
                drop(guard);
                self.taken = true;
                Ok(value)
            }
            Some(Err(RecvError(()))) => Err(TryRecvError::Closed),
            None => Err(TryRecvError::Empty),
        }
    }

    /// Closes it, and tells the sender. Takes out the value, if it `is_gone`.
    fn closed(&self, is_gone: bool) -> Option<T> {
        let mut guard = lock(&self.shared);
        let value = match guard.state {
            State::Sent(_) if !is_gone => None,
            State::Sent(_) => guard.state.take().and_then(Result::ok),
            State::Empty | State::Closed => {
                guard.state = State::Closed;
                None
            }
        };
        let (own, sender) = (guard.receiver.take(), guard.sender.take());
        drop(guard);
        drop(own);
        if let Some(sender) = sender {
            sender.wake();
        }
        value
    }
}

impl<T> State<T> {
    /// The result, if there is one. A value is taken out.
    fn take(&mut self) -> Option<Result<T, RecvError>> {
        match self {
            State::Empty => None,
            State::Closed => Some(Err(RecvError(()))),
            State::Sent(_) => {
                let sent = std::mem::replace(self, State::Closed);
                let State::Sent(value) = sent else { return None };
                Some(Ok(value))
            }
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    #[track_caller]
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        assert!(!self.taken, "a `Receiver` was polled after it was ready");
        let spent = ready!(budget::spend(context));
        let mut guard = lock(&self.shared);
        let Some(result) = guard.state.take() else {
            let old = renew(&mut guard.receiver, context);
            drop(guard);
            drop(old);
            waits_for("a value");
            return Poll::Pending;
        };
        drop(guard);
        self.taken = true;
        spent.made_progress();
        Poll::Ready(result)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let Some(shared) = self.shared.take() else { return };
        let mut guard = lock(&shared);
        guard.state = State::Closed;
        let (receiver, own) = (guard.receiver.take(), guard.sender.take());
        drop(guard);
        drop(own);
        if let Some(receiver) = receiver {
            receiver.wake();
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        drop(self.closed(true));
    }
}

impl<T> Debug for Sender<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<T> Debug for Receiver<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

/// The sender was dropped without having sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecvError(());

impl Display for RecvError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the sender was dropped without having sent")
    }
}

impl Error for RecvError {}

/// Why there is no value now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// It may still come.
    Empty,
    /// It will not come: the sender is gone, or the value was taken already.
    Closed,
}

impl Display for TryRecvError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryRecvError::Empty => "nothing has been sent yet",
            TryRecvError::Closed => "nothing will be sent any more",
        })
    }
}

impl Error for TryRecvError {}
