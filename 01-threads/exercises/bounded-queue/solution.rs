//! Solution: a bounded queue.
//!
//! Each wait is a loop around its condition, under the lock that guards it.
//! There is one condition variable for room and one for values, so that a
//! notify wakes a thread that can use it. The state changes first, and then a
//! thread is notified.

use lab::sync::{Condvar, Mutex};
use std::collections::VecDeque;

/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    room: usize,
    state: Mutex<State<T>>,
    not_full: Condvar,
    not_empty: Condvar,
}

struct State<T> {
    values: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let state = State { values: VecDeque::new(), closed: false };
        Queue {
            room,
            state: Mutex::new(state),
            not_full: Condvar::new(),
            not_empty: Condvar::new(),
        }
    }

    /// Puts a value in at the end; waits while there is no room. Once the queue
    /// is closed, it gives the value back.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut state = self.state.lock().unwrap();
        while !state.closed && state.values.len() == self.room {
            state = self.not_full.wait(state).unwrap();
        }
        if state.closed {
            return Err(value);
        }
        state.values.push_back(value);
        self.not_empty.notify_one();
        Ok(())
    }

    /// Takes the first value out; waits while there is none. Once the queue is
    /// closed, it gives what is left, and then `None`.
    pub fn pop(&self) -> Option<T> {
        let mut state = self.state.lock().unwrap();
        while !state.closed && state.values.is_empty() {
            state = self.not_empty.wait(state).unwrap();
        }
        let value = state.values.pop_front();
        self.not_full.notify_one();
        value
    }

    /// From now on nothing goes in, and no thread waits.
    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
        self.not_full.notify_all();
        self.not_empty.notify_all();
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
