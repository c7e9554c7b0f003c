//! Met with: in whatever order these calls take place
//!
//! A push takes a place under one lock, and puts its value there under the
//! next: a close may come in between, and a pop that finds nothing.

use lab::sync::{Condvar, Mutex};
use std::collections::VecDeque;
/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    room: usize,
    state: Mutex<(VecDeque<T>, usize, bool)>,
    turn: Condvar,
}
impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        Queue {
            room,
            state: Mutex::new((VecDeque::new(), 0, false)),
            turn: Condvar::new(),
        }
    }
    /// Puts a value in at the end.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut s = self
            .turn
            .wait_while(self.state.lock().unwrap(), |s| {
                !s.2 && s.1 == self.room
            })
            .unwrap();
        if s.2 {
            return Err(value);
        }
        s.1 += 1;
        drop(s);
        let mut s = self.state.lock().unwrap();
        s.0.push_back(value);
        self.turn.notify_all();
        Ok(())
    }
    /// Takes the first value out.
    pub fn pop(&self) -> Option<T> {
        let mut s = self
            .turn
            .wait_while(self.state.lock().unwrap(), |s| !s.2 && s.0.is_empty())
            .unwrap();
        let v = s.0.pop_front();
        if v.is_some() {
            s.1 -= 1;
        }
        self.turn.notify_all();
        v
    }
    /// From now on nothing goes in.
    pub fn close(&self) {
        self.state.lock().unwrap().2 = true;
        self.turn.notify_all();
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
