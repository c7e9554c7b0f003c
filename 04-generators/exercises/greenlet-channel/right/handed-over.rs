//! A value goes from one greenlet to the other where one waits: a sender leaves
//! its value in line, and a receiver finds its own there when it wakes up. If
//! that one is dropped, the value goes to the next, or back.

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
    senders: VecDeque<(Name, T)>,
    receivers: VecDeque<(Name, Option<T>)>,
}

impl<T> Channel<T> {
    /// An empty channel.
    pub fn with_room_for(room: usize) -> Channel<T> {
        let state = State {
            values: VecDeque::new(),
            closed: false,
            senders: VecDeque::new(),
            receivers: VecDeque::new(),
        };
        Channel { room, state: RefCell::new(state) }
    }

    /// Puts a value in at the end; pauses while there is no room. Once the
    /// channel is closed, it gives the value back.
    pub fn send(&self, value: T) -> Result<(), T> {
        let mut state = self.state.borrow_mut();
        if state.closed {
            return Err(value);
        }
        if state.values.len() < self.room {
            state.values.push_back(value);
            state.hand_over();
            return Ok(());
        }
        state.senders.push_back((me(), value));
        drop(state);

        let place = Leaves(|| self.state.borrow_mut().take_from_senders());
        sleep();
        match (place.0)() {
            Some(value) => Err(value),
            None => Ok(()),
        }
    }

    /// Takes the first value out; pauses while there is none. Once the channel
    /// is closed, it gives what is left, and then `None`.
    pub fn recv(&self) -> Option<T> {
        if let Some(value) = self.take(false) {
            return Some(value);
        }
        if self.state.borrow().closed {
            return None;
        }
        self.state.borrow_mut().receivers.push_back((me(), None));
        let place = Leaves(|| {
            let mut state = self.state.borrow_mut();
            let own = state.receivers.iter().position(|it| it.0 == me());
            let value = state.receivers.remove(own?)?.1?;
            state.values.push_front(value);
            state.hand_over();
            Some(())
        });
        sleep();
        let value = self.take(true);
        drop(place);
        value
    }

    /// Takes a value out: the one that was handed over, or else the first.
    fn take(&self, has_waited: bool) -> Option<T> {
        let mut state = self.state.borrow_mut();
        let mut all = state.receivers.iter_mut();
        let own = all.find(|it| has_waited && it.0 == me());
        if let Some(value) = own.and_then(|it| it.1.take()) {
            return Some(value);
        }
        let value = state.values.pop_front()?;
        state.refill(self.room);
        Some(value)
    }

    /// From now on nothing goes in, and no greenlet waits.
    pub fn close(&self) {
        let mut state = self.state.borrow_mut();
        state.closed = true;
        let senders = state.senders.iter().map(|it| it.0);
        let receivers = state.receivers.iter().map(|it| it.0);
        senders.chain(receivers).for_each(wake);
    }
}

impl<T> State<T> {
    /// Gives values to those that wait for one.
    fn hand_over(&mut self) {
        let mut waiting = self.receivers.iter_mut().filter(|r| r.1.is_none());
        while !self.values.is_empty()
            && let Some((name, value)) = waiting.next()
        {
            *value = self.values.pop_front();
            wake(*name);
        }
    }

    /// Lets values in whose senders wait.
    fn refill(&mut self, room: usize) {
        while !self.closed
            && self.values.len() < room
            && let Some((name, value)) = self.senders.pop_front()
        {
            self.values.push_back(value);
            wake(name);
        }
    }

    fn take_from_senders(&mut self) -> Option<T> {
        let own = self.senders.iter().position(|it| it.0 == me())?;
        self.senders.remove(own).map(|it| it.1)
    }
}

/// Leaves a line when it is dropped.
struct Leaves<F: Fn() -> Option<R>, R>(F);

impl<F: Fn() -> Option<R>, R> Drop for Leaves<F, R> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[path = "greenlet-channel/check.rs"]
mod check;
