//! Met with: asks again and again instead of waiting
//!
//! It waits to be notified, by nobody, and for a moment at a time.

use lab::sync::{Condvar, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::time::Duration;

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
            state = a_moment(&self.not_full, state);
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
            state = a_moment(&self.not_empty, state);
        }
        state.values.pop_front()
    }

    /// From now on nothing goes in, and no thread waits.
    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
    }
}

fn a_moment<'a, T>(
    condvar: &Condvar,
    guard: MutexGuard<'a, T>,
) -> MutexGuard<'a, T> {
    let moment = Duration::from_millis(2);
    condvar.wait_timeout(guard, moment).unwrap().0
}

#[path = "../check.rs"]
mod check;
