//! `closed` has a lock of its own, which is taken inside the other.

use lab::sync::{Condvar, Mutex};
use std::collections::VecDeque;
/// `closed` under a lock of its own: a close may come between look and wait.
/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    room: usize,
    values: Mutex<VecDeque<T>>,
    closed: Mutex<bool>,
    turn: Condvar,
}
impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        Queue {
            room,
            values: Mutex::new(VecDeque::new()),
            closed: Mutex::new(false),
            turn: Condvar::new(),
        }
    }
    fn closed(&self) -> bool {
        *self.closed.lock().unwrap()
    }
    /// Puts a value in at the end.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut v = self.values.lock().unwrap();
        while !self.closed() && v.len() == self.room {
            v = self.turn.wait(v).unwrap();
        }
        if self.closed() {
            return Err(value);
        }
        v.push_back(value);
        self.turn.notify_all();
        Ok(())
    }
    /// Takes the first value out.
    pub fn pop(&self) -> Option<T> {
        let mut v = self.values.lock().unwrap();
        while !self.closed() && v.is_empty() {
            v = self.turn.wait(v).unwrap();
        }
        let value = v.pop_front();
        self.turn.notify_all();
        value
    }
    /// From now on nothing goes in.
    pub fn close(&self) {
        let _v = self.values.lock().unwrap();
        *self.closed.lock().unwrap() = true;
        self.turn.notify_all();
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
