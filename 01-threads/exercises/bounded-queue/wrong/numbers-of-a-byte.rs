//! Met with: and `pop` and then `push` said
//!
//! After number 255 comes 0, and that comes out first.

use lab::sync::{Condvar, Mutex};
/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    room: usize,
    state: Mutex<State<T>>,
    more: Condvar,
    less: Condvar,
}
struct State<T> {
    values: std::collections::BTreeMap<u8, T>,
    closed: bool,
    next: u8,
}
impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let state =
            State { values: Default::default(), closed: false, next: 0 };
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
        let n = state.next;
        state.next = n.wrapping_add(1);
        state.values.insert(n, value);
        self.more.notify_one();
        Ok(())
    }
    /// Takes the first value out.
    pub fn pop(&self) -> Option<T> {
        let mut state = self.state.lock().unwrap();
        while !state.closed && state.values.is_empty() {
            state = self.more.wait(state).unwrap();
        }
        let value = state.values.pop_first().map(|(_, v)| v);
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
