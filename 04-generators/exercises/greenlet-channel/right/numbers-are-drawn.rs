//! As at a counter: each call draws a number, and goes on when no lower one of
//! its kind is there. Whatever changes wakes as many as can go on.

use check::{Name, me, sleep, wake};
use std::cell::RefCell;
use std::collections::{BTreeMap, LinkedList};

/// A channel with room for `room` values, for greenlets that share it.
pub struct Channel<T> {
    room: usize,
    state: RefCell<State<T>>,
}

struct State<T> {
    values: LinkedList<T>,
    closed: bool,
    numbers: u64,
    senders: BTreeMap<u64, Name>,
    receivers: BTreeMap<u64, Name>,
}

/// The number of a call, which is given back when it ends.
struct Number<'a, T>(&'a Channel<T>, u64);

impl<T> Drop for Number<'_, T> {
    fn drop(&mut self) {
        let mut state = self.0.state.borrow_mut();
        state.senders.remove(&self.1);
        state.receivers.remove(&self.1);
        state.wake(self.0.room);
    }
}

impl<T> State<T> {
    fn wake(&self, room: usize) {
        let (free, full) = match self.closed {
            true => (usize::MAX, usize::MAX),
            false => {
                (room.saturating_sub(self.values.len()), self.values.len())
            }
        };
        self.senders.values().take(free.min(2)).copied().for_each(wake);
        self.receivers.values().take(full.min(2)).copied().for_each(wake);
    }
}

impl<T> Channel<T> {
    /// An empty channel.
    pub fn with_room_for(room: usize) -> Channel<T> {
        let (values, closed, numbers, senders, receivers) = Default::default();
        let state = State { values, closed, numbers, senders, receivers };
        Channel { room, state: RefCell::new(state) }
    }

    fn draw(&self, sends: bool) -> Number<'_, T> {
        let mut state = self.state.borrow_mut();
        state.numbers += 1;
        let number = state.numbers;
        let all = if sends { &mut state.senders } else { &mut state.receivers };
        all.insert(number, me());
        Number(self, number)
    }

    /// Puts a value in at the end; pauses while there is no room. Once the
    /// channel is closed, it gives the value back.
    pub fn send(&self, value: T) -> Result<(), T> {
        let number = self.draw(true);
        loop {
            let mut state = self.state.borrow_mut();
            if state.closed {
                return Err(value);
            }
            let is_first = state.senders.keys().next() == Some(&number.1);
            if is_first && state.values.len() < self.room {
                state.values.push_back(value);
                return Ok(());
            }
            drop(state);
            sleep();
        }
    }

    /// Takes the first value out; pauses while there is none. Once the channel
    /// is closed, it gives what is left, and then `None`.
    pub fn recv(&self) -> Option<T> {
        let number = self.draw(false);
        loop {
            let mut state = self.state.borrow_mut();
            let is_first = state.receivers.keys().next() == Some(&number.1);
            if is_first && (state.closed || !state.values.is_empty()) {
                return state.values.pop_front();
            }
            drop(state);
            sleep();
        }
    }

    /// From now on nothing goes in, and no greenlet waits.
    pub fn close(&self) {
        let mut state = self.state.borrow_mut();
        state.closed = true;
        state.wake(self.room);
    }
}

#[path = "greenlet-channel/check.rs"]
mod check;
