//! It looks too early, and knows it: whenever it has left a waker that was not
//! there, it has itself polled once more, and looks again then.

use lab::sync::Mutex;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Counts down, and wakes the task that waits for the end.
pub struct Countdown {
    left: Mutex<Left>,
    waiting: Mutex<Waiting>,
}

/// How many are left. The timeline calls the lock by this name.
struct Left(usize);

/// The waker of the task, if it waits.
struct Waiting(Option<Waker>);

impl Countdown {
    /// Counts down from `count`.
    pub fn from(count: usize) -> Countdown {
        let left = Mutex::new(Left(count));
        Countdown { left, waiting: Mutex::new(Waiting(None)) }
    }

    /// Takes one off. The last one wakes the task that waits. Any thread may
    /// call this.
    pub fn count_down(&self) {
        let mut left = self.left.lock().unwrap();
        left.0 -= 1;
        let is_zero = left.0 == 0;
        drop(left);
        if is_zero {
            let waker = self.waiting.lock().unwrap().0.take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// Waits until none is left. One task at a time waits.
    pub async fn zero(&self) {
        poll_fn(|context| {
            if self.left.lock().unwrap().0 == 0 {
                return Poll::Ready(());
            }
            let waker = context.waker();
            let mut waiting = self.waiting.lock().unwrap();
            if !waiting.0.as_ref().is_some_and(|it| it.will_wake(waker)) {
                waiting.0 = Some(waker.clone());
                drop(waiting);
                waker.wake_by_ref();
            }
            Poll::Pending
        })
        .await;
    }
}

#[path = "lost-wake-up/check.rs"]
mod check;
