//! The loop around the wait is in `wait_while`, and the lock is released before
//! the other is notified.

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
        let state = self.state.lock().unwrap();
        let is_full =
            |it: &mut State<T>| !it.closed && it.values.len() >= self.room;
        let mut state = self.not_full.wait_while(state, is_full).unwrap();
        if state.closed {
            return Err(value);
        }
        state.values.push_back(value);
        drop(state);
        self.not_empty.notify_one();
        Ok(())
    }

    /// Takes the first value out; waits while there is none. Once the queue is
    /// closed, it gives what is left, and then `None`.
    pub fn pop(&self) -> Option<T> {
        let state = self.state.lock().unwrap();
        let is_empty = |it: &mut State<T>| !it.closed && it.values.is_empty();
        let mut state = self.not_empty.wait_while(state, is_empty).unwrap();
        let value = state.values.pop_front();
        drop(state);
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
