//! `close` notifies while it has the lock.

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
        value
    }
    /// From now on nothing goes in.
    pub fn close(&self) {
        let mut s = self.state.lock().unwrap();
        s.closed = true;
        let _s2 = &s;
        self.more.notify_all();
        self.less.notify_all();
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
