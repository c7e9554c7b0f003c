//! First come, first served: a thread that pushes or pops takes a
//! ticket, and waits until it is its turn.

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
    /// How many tickets there are, and which one is next.
    pushers: usize,
    pushed: usize,
    poppers: usize,
    popped: usize,
}

impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let state = State {
            values: VecDeque::new(),
            closed: false,
            pushers: 0,
            pushed: 0,
            poppers: 0,
            popped: 0,
        };
        Queue { room, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Puts a value in at the end; waits while there is no room. Once the queue
    /// is closed, it gives the value back.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut state = self.state.lock().unwrap();
        let ticket = state.pushers;
        state.pushers += 1;
        while !state.closed
            && (state.pushed != ticket || state.values.len() == self.room)
        {
            state = self.changed.wait(state).unwrap();
        }
        if state.closed {
            return Err(value);
        }
        state.pushed += 1;
        state.values.push_back(value);
        self.changed.notify_all();
        Ok(())
    }

    /// Takes the first value out; waits while there is none. Once the queue is
    /// closed, it gives what is left, and then `None`.
    pub fn pop(&self) -> Option<T> {
        let mut state = self.state.lock().unwrap();
        let ticket = state.poppers;
        state.poppers += 1;
        while !state.closed
            && (state.popped != ticket || state.values.is_empty())
        {
            state = self.changed.wait(state).unwrap();
        }
        state.popped += 1;
        self.changed.notify_all();
        state.values.pop_front()
    }

    /// From now on nothing goes in, and no thread waits.
    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
        self.changed.notify_all();
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
