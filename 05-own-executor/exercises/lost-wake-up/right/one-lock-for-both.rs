//! One lock for the count and the waker: what the task has seen stays true
//! until its waker is there.

use lab::sync::Mutex;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Counts down, and wakes the task that waits for the end.
pub struct Countdown {
    state: Mutex<State>,
}

struct State {
    left: usize,
    waiting: Option<Waker>,
}

impl Countdown {
    /// Counts down from `count`.
    pub fn from(count: usize) -> Countdown {
        let state = State { left: count, waiting: None };
        Countdown { state: Mutex::new(state) }
    }

    /// Takes one off. The last one wakes the task that waits. Any thread may
    /// call this.
    pub fn count_down(&self) {
        let mut state = self.state.lock().unwrap();
        state.left -= 1;
        let is_zero = state.left == 0;
        let waker = state.waiting.take_if(|_| is_zero);
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits until none is left. One task at a time waits.
    pub async fn zero(&self) {
        poll_fn(|context| {
            let mut state = self.state.lock().unwrap();
            if state.left == 0 {
                return Poll::Ready(());
            }
            state.waiting = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

#[path = "lost-wake-up/check.rs"]
mod check;
