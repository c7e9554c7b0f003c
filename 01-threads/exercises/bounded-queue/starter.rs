//! Exercise: a bounded queue.
//!
//!     cargo test -p threads --test bounded-queue
//!
//! `push` has to wait while the queue is full, `pop` while it is empty, and
//! `close` to wake all threads. As it stands, none ever waits: a full queue
//! refuses, and an empty one says that it is closed.

use lab::sync::Mutex;
use std::collections::VecDeque;

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
        if state.closed || state.values.len() == self.room {
            return Err(value);
        }
        state.values.push_back(value);
        Ok(())
    }

    /// Takes the first value out; waits while there is none. Once the queue is
    /// closed, it gives what is left, and then `None`.
    pub fn pop(&self) -> Option<T> {
        self.state.lock().unwrap().values.pop_front()
    }

    /// From now on nothing goes in, and no thread waits.
    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
