//! All wait in one place. A push notifies one: the threads that wait then all
//! want to pop, since a pop notifies all.

use lab::sync::{Condvar, Mutex};
use std::collections::VecDeque;

/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    room: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    values: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let state = State { values: VecDeque::new(), closed: false };
        Queue { room, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Puts a value in at the end.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut state = self.state.lock().unwrap();
        while !state.closed && state.values.len() == self.room {
            state = self.changed.wait(state).unwrap();
        }
        if state.closed {
            return Err(value);
        }
        state.values.push_back(value);
        self.changed.notify_one();
        Ok(())
    }

    /// Takes the first value out.
    pub fn pop(&self) -> Option<T> {
        let mut state = self.state.lock().unwrap();
        while !state.closed && state.values.is_empty() {
            state = self.changed.wait(state).unwrap();
        }
        let value = state.values.pop_front();
        self.changed.notify_all();
        value
    }

    /// From now on nothing goes in.
    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
        self.changed.notify_all();
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
