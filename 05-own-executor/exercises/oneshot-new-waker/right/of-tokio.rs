//! That of tokio, which other threads may use as well.

use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

/// Sends the value.
pub struct Sender<T>(oneshot::Sender<T>);

/// Waits for the value.
pub struct Receiver<T>(oneshot::Receiver<T>);

/// The sender was dropped, and has not sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Dropped;

/// A sender and a receiver of one value.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = oneshot::channel();
    (Sender(sender), Receiver(receiver))
}

impl<T> Sender<T> {
    /// Sends the value. If the receiver was dropped, this gives it back.
    pub fn send(self, value: T) -> Result<(), T> {
        self.0.send(value)
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Dropped>;

    /// Is ready once there is a value, or none will come.
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<T, Dropped>> {
        let polled = Pin::new(&mut self.0).poll(context);
        polled.map_err(|_| Dropped)
    }
}

#[path = "oneshot-new-waker/check.rs"]
mod check;
