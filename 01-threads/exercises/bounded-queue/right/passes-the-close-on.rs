//! `close` wakes one, and each that finds the queue closed wakes the next.

use lab::sync::{Condvar, Mutex};
use std::collections::VecDeque;
/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    room: usize,
    state: Mutex<State<T>>,
    more: Condvar,
    less: Condvar,
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
            more: Condvar::new(),
            less: Condvar::new(),
        }
    }
    /// Puts a value in at the end.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut state = self.state.lock().unwrap();
        while !state.closed && state.values.len() == self.room {
            state = self.less.wait(state).unwrap();
        }
        if state.closed {
            self.less.notify_one();
            return Err(value);
        }
        state.values.push_back(value);
        self.more.notify_one();
        Ok(())
    }
    /// Takes the first value out.
    pub fn pop(&self) -> Option<T> {
        let mut state = self.state.lock().unwrap();
        while !state.closed && state.values.is_empty() {
            state = self.more.wait(state).unwrap();
        }
        let value = state.values.pop_front();
        self.less.notify_one();
        if state.closed {
            self.more.notify_one();
        }
        value
    }
    /// From now on nothing goes in.
    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
        self.more.notify_one();
        self.less.notify_one();
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
