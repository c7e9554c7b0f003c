//! Exercise: a channel between two greenlets.
//!
//!     cargo test -p generators --test greenlet-channel
//!
//! `send` has to pause while the channel is full, `recv` while it is empty, and
//! `close` to wake all that wait. As it stands, none ever waits: a full channel
//! refuses, and an empty one says that it is closed.

use std::cell::RefCell;
use std::collections::VecDeque;

/// A channel with room for `room` values, for greenlets that share it.
pub struct Channel<T> {
    room: usize,
    state: RefCell<State<T>>,
}

struct State<T> {
    values: VecDeque<T>,
    closed: bool,
}

impl<T> Channel<T> {
    /// An empty channel.
    pub fn with_room_for(room: usize) -> Channel<T> {
        let state = State { values: VecDeque::new(), closed: false };
        Channel { room, state: RefCell::new(state) }
    }

    /// Puts a value in at the end; pauses while there is no room. Once the
    /// channel is closed, it gives the value back.
    pub fn send(&self, value: T) -> Result<(), T> {
        let mut state = self.state.borrow_mut();
        if state.closed || state.values.len() == self.room {
            return Err(value);
        }
        state.values.push_back(value);
        Ok(())
    }

    /// Takes the first value out; pauses while there is none. Once the channel
    /// is closed, it gives what is left, and then `None`.
    pub fn recv(&self) -> Option<T> {
        self.state.borrow_mut().values.pop_front()
    }

    /// From now on nothing goes in, and no greenlet waits.
    pub fn close(&self) {
        self.state.borrow_mut().closed = true;
    }
}

#[path = "greenlet-channel/check.rs"]
mod check;
