//! Met with: notified last
//!
//! Each has its place in a line, and one is woken: any of them, not the first.

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
    next: [u64; 2],
    served: [u64; 2],
}
impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let state = State {
            values: VecDeque::new(),
            closed: false,
            next: [0; 2],
            served: [0; 2],
        };
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
        let me = state.next[0];
        state.next[0] += 1;
        while !state.closed
            && (state.served[0] != me || state.values.len() == self.room)
        {
            state = self.less.wait(state).unwrap();
        }
        if state.closed {
            return Err(value);
        }
        state.served[0] += 1;
        state.values.push_back(value);
        self.more.notify_one();
        Ok(())
    }
    /// Takes the first value out.
    pub fn pop(&self) -> Option<T> {
        let mut state = self.state.lock().unwrap();
        let me = state.next[1];
        state.next[1] += 1;
        while !state.closed
            && (state.served[1] != me || state.values.is_empty())
        {
            state = self.more.wait(state).unwrap();
        }
        state.served[1] += 1;
        let value = state.values.pop_front();
        self.less.notify_one();
        value
    }
    /// From now on nothing goes in.
    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
        self.more.notify_all();
        self.less.notify_all();
    }
}

#[path = "../check.rs"]
mod check;
