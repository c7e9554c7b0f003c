//! Met with: had gone through: it did not wait
//!
//! A pop takes all values out, and keeps those that it is not asked for: there
//! is room again for as many.

use lab::sync::{Condvar, Mutex};
use std::collections::VecDeque;
/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    room: usize,
    out: Mutex<VecDeque<T>>,
    state: Mutex<(VecDeque<T>, bool)>,
    turn: Condvar,
}
impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        Queue {
            room,
            out: Mutex::new(VecDeque::new()),
            state: Mutex::new((VecDeque::new(), false)),
            turn: Condvar::new(),
        }
    }
    /// Puts a value in at the end.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut s = self
            .turn
            .wait_while(self.state.lock().unwrap(), |s| {
                !s.1 && s.0.len() == self.room
            })
            .unwrap();
        if s.1 {
            return Err(value);
        }
        s.0.push_back(value);
        self.turn.notify_all();
        Ok(())
    }
    /// Takes the first value out.
    pub fn pop(&self) -> Option<T> {
        let mut out = self.out.lock().unwrap();
        if out.is_empty() {
            let mut s = self
                .turn
                .wait_while(self.state.lock().unwrap(), |s| {
                    !s.1 && s.0.is_empty()
                })
                .unwrap();
            out.append(&mut s.0);
            self.turn.notify_all();
        }
        out.pop_front()
    }
    /// From now on nothing goes in.
    pub fn close(&self) {
        self.state.lock().unwrap().1 = true;
        self.turn.notify_all();
    }
}

#[path = "../check.rs"]
mod check;
