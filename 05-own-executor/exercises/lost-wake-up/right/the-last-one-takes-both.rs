//! The last one that counts down has both locks, and so has the task that
//! looks. The waker is called when they are free.

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
        let mut waker = None;
        if left.0 == 0 {
            waker = self.waiting.lock().unwrap().0.take();
        }
        drop(left);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Waits until none is left. One task at a time waits.
    pub async fn zero(&self) {
        poll_fn(|context| {
            let left = self.left.lock().unwrap();
            let mut waiting = self.waiting.lock().unwrap();
            waiting.0 = Some(context.waker().clone());
            if left.0 == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[path = "lost-wake-up/check.rs"]
mod check;
