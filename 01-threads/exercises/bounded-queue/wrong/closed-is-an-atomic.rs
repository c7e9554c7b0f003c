//! Met with: uses `std::sync::atomic::AtomicBool` (line 8)
//!
//! A flag of std's for `closed`: if it is set between the look and the wait, nobody
//! is told any more.

use lab::sync::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    room: usize,
    closed: AtomicBool,
    state: Mutex<State<T>>,
    not_full: Condvar,
    not_empty: Condvar,
}

struct State<T> {
    values: VecDeque<T>,
}

impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let state = State { values: VecDeque::new() };
        Queue {
            room,
            closed: AtomicBool::new(false),
            state: Mutex::new(state),
            not_full: Condvar::new(),
            not_empty: Condvar::new(),
        }
    }

    /// Puts a value in at the end; waits while there is no room. Once the queue
    /// is closed, it gives the value back.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut state = self.state.lock().unwrap();
        while !self.closed.load(SeqCst) && state.values.len() == self.room {
            state = self.not_full.wait(state).unwrap();
        }
        if self.closed.load(SeqCst) {
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
        while !self.closed.load(SeqCst) && state.values.is_empty() {
            state = self.not_empty.wait(state).unwrap();
        }
        let value = state.values.pop_front();
        self.not_full.notify_one();
        value
    }

    /// From now on nothing goes in, and no thread waits.
    pub fn close(&self) {
        self.closed.store(true, SeqCst);
        self.not_full.notify_all();
        self.not_empty.notify_all();
    }
}

#[path = "../check.rs"]
mod check;
