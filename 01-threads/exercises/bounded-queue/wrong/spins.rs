//! Met with: asks again and again instead of waiting
//!
//! Nobody waits: whoever cannot go on lets go of the lock and asks again.

use lab::sync::Mutex;
use std::collections::VecDeque;
use std::thread;

/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    room: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    values: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let state = State { values: VecDeque::new(), closed: false };
        Queue { room, state: Mutex::new(state) }
    }

    /// Puts a value in at the end; waits while there is no room. Once the queue
    /// is closed, it gives the value back.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut state = self.state.lock().unwrap();
        while !state.closed && state.values.len() == self.room {
            drop(state);
            thread::yield_now();
            state = self.state.lock().unwrap();
        }
        if state.closed {
            return Err(value);
        }
        state.values.push_back(value);
        Ok(())
    }

    /// Takes the first value out; waits while there is none. Once the queue is
    /// closed, it gives what is left, and then `None`.
    pub fn pop(&self) -> Option<T> {
        let mut state = self.state.lock().unwrap();
        while !state.closed && state.values.is_empty() {
            drop(state);
            thread::yield_now();
            state = self.state.lock().unwrap();
        }
        state.values.pop_front()
    }

    /// From now on nothing goes in, and no thread waits.
    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
    }
}

#[path = "../check.rs"]
mod check;
