//! The waker is left while the count is locked: nothing can count down between
//! the look and the waker. Both sides take the locks in the same order.

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
            let left = self.left.lock().unwrap();
            if left.0 == 0 {
                return Poll::Ready(());
            }
            let waker = context.waker().clone();
            self.waiting.lock().unwrap().0 = Some(waker);
            drop(left);
            Poll::Pending
        })
        .await;
    }
}

#[path = "lost-wake-up/check.rs"]
mod check;
