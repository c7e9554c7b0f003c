//! All values are in one list from the start, also those for which there is no
//! room yet: these have the name of their sender with them, which waits. Of the
//! receivers, each waits for the one before it.

use check::{Name, me, sleep, wake};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// A channel with room for `room` values, for greenlets that share it.
pub struct Channel<T> {
    room: usize,
    values: RefCell<VecDeque<(Option<Name>, T)>>,
    receivers: RefCell<VecDeque<Name>>,
    closed: Cell<bool>,
}

impl<T> Channel<T> {
    /// An empty channel.
    pub fn with_room_for(room: usize) -> Channel<T> {
        let (values, receivers) = Default::default();
        Channel { room, values, receivers, closed: Cell::new(false) }
    }

    /// Puts a value in at the end; pauses while there is no room. Once the
    /// channel is closed, it gives the value back.
    pub fn send(&self, value: T) -> Result<(), T> {
        if self.closed.get() {
            return Err(value);
        }
        let is_full = self.values.borrow().len() >= self.room;
        let own = is_full.then(me);
        self.values.borrow_mut().push_back((own, value));
        self.wake_receiver();
        if !is_full {
            return Ok(());
        }
        let _leaves = Leaves(|| drop(self.take_back(own)));
        while !self.closed.get() && self.place_of(own).is_some() {
            sleep();
        }
        match self.take_back(own) {
            Some(value) => Err(value),
            None => Ok(()),
        }
    }

    fn place_of(&self, own: Option<Name>) -> Option<usize> {
        self.values.borrow().iter().position(|it| it.0 == own)
    }

    fn take_back(&self, own: Option<Name>) -> Option<T> {
        let place = self.place_of(own)?;
        self.values.borrow_mut().remove(place).map(|it| it.1)
    }

    /// Takes the first value out; pauses while there is none. Once the channel
    /// is closed, it gives what is left, and then `None`.
    pub fn recv(&self) -> Option<T> {
        self.receivers.borrow_mut().push_back(me());
        let _leaves = Leaves(|| {
            let own = me();
            self.receivers.borrow_mut().retain(|name| *name != own);
            self.wake_receiver();
        });
        while self.next_receiver() != Some(me()) {
            sleep();
        }
        let mut values = self.values.borrow_mut();
        // What is left of a sender that waits goes back to it.
        values.front().filter(|it| it.0.is_none())?;
        let (_, value) = values.pop_front()?;
        if !self.closed.get()
            && let Some((waits, _)) = values.get_mut(self.room - 1)
            && let Some(sender) = waits.take()
        {
            wake(sender);
        }
        Some(value)
    }

    /// The first receiver, if it can go on.
    fn next_receiver(&self) -> Option<Name> {
        let nothing = self.values.borrow().is_empty() && !self.closed.get();
        let first = self.receivers.borrow().front().copied();
        first.filter(|_| !nothing)
    }

    fn wake_receiver(&self) {
        if let Some(name) = self.next_receiver() {
            wake(name);
        }
    }

    /// From now on nothing goes in, and no greenlet waits.
    pub fn close(&self) {
        self.closed.set(true);
        self.values.borrow().iter().filter_map(|it| it.0).for_each(wake);
        self.wake_receiver();
    }
}

/// Does something when it is dropped.
struct Leaves<F: Fn()>(F);

impl<F: Fn()> Drop for Leaves<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[path = "greenlet-channel/check.rs"]
mod check;
