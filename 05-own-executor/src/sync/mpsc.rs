//! A channel with room for a number of values: many send, one receives.

use super::notify::Notify;
use super::semaphore::{Semaphore, TryAcquireError};
use super::{lock, renew};
use crate::budget;
use crate::lanes::waits_for;
use std::collections::VecDeque;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

/// Errors, where `tokio` has them.
pub mod error {
    pub use super::{SendError, TryRecvError, TrySendError};
}

/// A channel with room for `room` values.
///
/// A task that sends while it is full waits until there is room: this is
/// *back-pressure*. Room goes to the tasks that wait in the order in which they
/// came.
///
/// ```
/// use own_executor::sync::mpsc;
///
/// let (sender, mut receiver) = mpsc::channel(1);
/// own_executor::block_on(async {
///     drop(own_executor::spawn(async move {
///         for n in 0..3 {
///             sender.send(n).await.unwrap();
///         }
///     }));
///     while let Some(n) = receiver.recv().await {
///         println!("{n}");
///     }
/// });
/// ```
///
/// # Panics
///
/// If there is no room at all.
#[track_caller]
pub fn channel<T>(room: usize) -> (Sender<T>, Receiver<T>) {
    assert!(room > 0, "a channel needs room for one value at least");
    let shared = Arc::new(Shared {
        room: Semaphore::of("room", room),
        capacity: room,
        closed: Notify::new(),
        queue: Mutex::new(Queue {
            values: VecDeque::new(),
            senders: 1,
            receiver: None,
        }),
    });
    (Sender { shared: shared.clone() }, Receiver { shared })
}

struct Shared<T> {
    /// A permit for each value that has room. It is closed once the receiver
    /// takes no more.
    room: Semaphore,
    capacity: usize,
    /// The receiver takes no more.
    closed: Notify,
    queue: Mutex<Queue<T>>,
}

struct Queue<T> {
    values: VecDeque<T>,
    senders: usize,
    receiver: Option<Waker>,
}

/// Sends values. There may be many.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

/// Receives values, in the order in which they were sent.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Waits for room, and sends.
    ///
    /// It is not cancel safe: if it is dropped before it is ready, the value is
    /// dropped with it. Where that matters, wait with
    /// [`reserve`](Sender::reserve).
    ///
    /// # Errors
    ///
    /// The value, if the receiver is dropped or closed.
    pub async fn send(&self, value: T) -> Result<(), SendError<T>> {
        match self.reserve().await {
            Ok(permit) => {
                permit.send(value);
                Ok(())
            }
            Err(SendError(())) => Err(SendError(value)),
        }
    }

    /// Waits for room, and keeps it for one value. It is cancel safe, but a
    /// task that drops this loses its place in the line.
    ///
    /// ```
    /// use own_executor::sync::mpsc;
    ///
    /// let (sender, mut receiver) = mpsc::channel(1);
    /// own_executor::block_on(async {
    ///     let room = sender.reserve().await.unwrap();
    ///     assert!(sender.try_send("no room").is_err());
    ///     room.send("hello");
    ///     assert_eq!(receiver.recv().await, Some("hello"));
    /// });
    /// ```
    ///
    /// # Errors
    ///
    /// If the receiver is dropped or closed.
    pub async fn reserve(&self) -> Result<Permit<'_, T>, SendError<()>> {
        let permit = self.shared.room.acquire().await;
        let permit = permit.map_err(|_| SendError(()))?;
        permit.forget();
        Ok(Permit { shared: &self.shared })
    }

    /// Sends, if there is room that no other task waits for.
    ///
    /// # Errors
    ///
    /// The value, and why.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        match self.try_reserve() {
            Ok(permit) => {
                permit.send(value);
                Ok(())
            }
            Err(TrySendError::Full(())) => Err(TrySendError::Full(value)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(value)),
        }
    }

    /// Keeps room for one value, if there is some that no other task waits for.
    ///
    /// # Errors
    ///
    /// If there is none, or the receiver is dropped or closed.
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        let permit = self.shared.room.try_acquire();
        permit
            .map_err(|why| match why {
                TryAcquireError::NoPermits => TrySendError::Full(()),
                TryAcquireError::Closed => TrySendError::Closed(()),
            })?
            .forget();
        Ok(Permit { shared: &self.shared })
    }

    /// Waits until the receiver is dropped or closed. It is cancel safe.
    pub async fn closed(&self) {
        // Made before it looks, so that it misses nothing in between.
        let closed = self.shared.closed.notified();
        if !self.is_closed() {
            closed.await;
        }
    }

    /// Set if both send into the same channel.
    pub fn same_channel(&self, other: &Sender<T>) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Set if the receiver is dropped or closed.
    pub fn is_closed(&self) -> bool {
        self.shared.room.is_closed()
    }

    /// How many values have room now.
    pub fn capacity(&self) -> usize {
        self.shared.room.available_permits()
    }

    /// How many values have room in all.
    pub fn max_capacity(&self) -> usize {
        self.shared.capacity
    }
}

/// Room for one value. Dropped, it is there for others.
#[must_use = "the room is given up when this is dropped"]
pub struct Permit<'a, T> {
    shared: &'a Shared<T>,
}

impl<T> Permit<'_, T> {
    /// Sends a value, without waiting.
    pub fn send(self, value: T) {
        let mut queue = lock(&self.shared.queue);
        queue.values.push_back(value);
        let receiver = queue.receiver.take();
        drop(queue);
        receiver.into_iter().for_each(Waker::wake);
        // The room is used now.
        mem::forget(self);
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        self.shared.room.add_permits(1);
        // If it was closed, this may have been the last to be waited for.
        if self.shared.room.is_closed() {
            self.shared.wake_receiver();
        }
    }
}

impl<T> Receiver<T> {
    /// Waits for the next value. It is cancel safe: no value is lost.
    ///
    /// It gives `None`, again and again, once no value can come any more: all
    /// senders are dropped, or this is [closed](Receiver::close), and all that
    /// was sent has been received.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// As [`recv`](Receiver::recv), in one poll.
    #[track_caller]
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let spent = ready!(budget::spend(context));
        let mut queue = lock(&self.shared.queue);
        let next = queue.values.pop_front();
        if next.is_none() && !self.shared.is_over(&queue) {
            let old = renew(&mut queue.receiver, context);
            drop(queue);
            drop(old);
            waits_for("a value");
            return Poll::Pending;
        }
        drop(queue);
        spent.made_progress();
        if next.is_some() {
            self.shared.room.add_permits(1);
        }
        Poll::Ready(next)
    }

    /// Takes the next value, if it is there.
    ///
    /// # Errors
    ///
    /// Whether one may still come.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let mut queue = lock(&self.shared.queue);
        let Some(next) = queue.values.pop_front() else {
            return Err(match self.shared.is_over(&queue) {
                true => TryRecvError::Disconnected,
                false => TryRecvError::Empty,
            });
        };
        drop(queue);
        self.shared.room.add_permits(1);
        Ok(next)
    }

    /// From now on nothing can be sent, unless room for it was
    /// [reserved](Sender::reserve) before. What was sent can be received.
    pub fn close(&mut self) {
        self.shared.room.close();
        self.shared.closed.notify_waiters();
    }

    /// Set if nothing can be sent any more: it is closed, or all senders are
    /// dropped.
    pub fn is_closed(&self) -> bool {
        self.shared.room.is_closed() || lock(&self.shared.queue).senders == 0
    }

    /// How many values can be received at once.
    pub fn len(&self) -> usize {
        lock(&self.shared.queue).values.len()
    }

    /// Set if no value can be received at once.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Shared<T> {
    /// Set if no value will come, besides those in the queue.
    fn is_over(&self, queue: &Queue<T>) -> bool {
        let reserved = || {
            self.room.available_permits() + queue.values.len() < self.capacity
        };
        queue.senders == 0 || self.room.is_closed() && !reserved()
    }

    fn wake_receiver(&self) {
        let receiver = lock(&self.queue).receiver.take();
        receiver.into_iter().for_each(Waker::wake);
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        lock(&self.shared.queue).senders += 1;
        Sender { shared: self.shared.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut queue = lock(&self.shared.queue);
        queue.senders -= 1;
        let receiver =
            if queue.senders == 0 { queue.receiver.take() } else { None };
        drop(queue);
        receiver.into_iter().for_each(Waker::wake);
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.close();
        let mut queue = lock(&self.shared.queue);
        let receiver = queue.receiver.take();
        let values = mem::take(&mut queue.values);
        drop(queue);
        drop(receiver);
        // In order; if one of them panics, the others are dropped all the same.
        drop(values);
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

impl<T> Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// The receiver takes no more. This is what was to be sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> Debug for SendError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl<T> Display for SendError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the receiver is gone")
    }
}

impl<T> Error for SendError<T> {}

/// Why a value could not be sent at once, and the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// There is no room, or others wait for it.
    Full(T),
    /// The receiver takes no more.
    Closed(T),
}

impl<T> Debug for TrySendError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "Full(..)",
            TrySendError::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> Display for TrySendError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "there is no room",
            TrySendError::Closed(_) => "the receiver is gone",
        })
    }
}

impl<T> Error for TrySendError<T> {}

/// Why there is no value now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// One may still come.
    Empty,
    /// None will come.
    Disconnected,
}

impl Display for TryRecvError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryRecvError::Empty => "there is no value yet",
            TryRecvError::Disconnected => "no value will come any more",
        })
    }
}

impl Error for TryRecvError {}
