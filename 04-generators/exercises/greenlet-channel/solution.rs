//! Solution: a channel between two greenlets.
//!
//! Every call stands in line behind the older ones of its kind, and sleeps
//! until it is the first there and can go on. However it ends, also if its
//! greenlet is dropped, it leaves the line, and wakes those that can go on now.

use check::{Name, me, sleep, wake};
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
    /// Those in `send` and those in `recv`, the oldest first.
    lines: [VecDeque<Name>; 2],
}

const SENDERS: usize = 0;
const RECEIVERS: usize = 1;

impl<T> Channel<T> {
    /// An empty channel.
    pub fn with_room_for(room: usize) -> Channel<T> {
        let (values, lines) = Default::default();
        let state = State { values, closed: false, lines };
        Channel { room, state: RefCell::new(state) }
    }

    /// Puts a value in at the end; pauses while there is no room. Once the
    /// channel is closed, it gives the value back.
    pub fn send(&self, value: T) -> Result<(), T> {
        let _place = self.wait_in(SENDERS);
        let mut state = self.state.borrow_mut();
        if state.closed {
            return Err(value);
        }
        state.values.push_back(value);
        Ok(())
    }

    /// Takes the first value out; pauses while there is none. Once the channel
    /// is closed, it gives what is left, and then `None`.
    pub fn recv(&self) -> Option<T> {
        let _place = self.wait_in(RECEIVERS);
        self.state.borrow_mut().values.pop_front()
    }

    /// From now on nothing goes in, and no greenlet waits.
    pub fn close(&self) {
        self.state.borrow_mut().closed = true;
        self.wake_first();
    }

    /// Waits until it is the first in this line and can go on.
    fn wait_in(&self, line: usize) -> Place<'_, T> {
        self.state.borrow_mut().lines[line].push_back(me());
        let place = Place { channel: self, line };
        // No borrow is held while it sleeps: others use the channel meanwhile.
        while self.first_to_go(line) != Some(me()) {
            sleep();
        }
        place
    }

    /// The first in this line, if it can go on.
    fn first_to_go(&self, line: usize) -> Option<Name> {
        let state = self.state.borrow();
        let goes_on = match line {
            SENDERS => state.values.len() < self.room,
            _ => !state.values.is_empty(),
        };
        let first = state.lines[line].front().copied();
        first.filter(|_| goes_on || state.closed)
    }

    fn wake_first(&self) {
        for line in [SENDERS, RECEIVERS] {
            if let Some(name) = self.first_to_go(line) {
                wake(name);
            }
        }
    }
}

/// A place in a line.
struct Place<'a, T> {
    channel: &'a Channel<T>,
    line: usize,
}

impl<T> Drop for Place<'_, T> {
    fn drop(&mut self) {
        let own = me();
        let mut state = self.channel.state.borrow_mut();
        state.lines[self.line].retain(|name| *name != own);
        drop(state);
        self.channel.wake_first();
    }
}

#[path = "greenlet-channel/check.rs"]
mod check;
