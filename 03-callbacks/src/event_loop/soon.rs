//! What is to be called soon.

use super::Callback;
use crate::slots::{Slot, Slots};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// The queue of what is to be called at the end of a turn. A
/// [`Deferred`](crate::Deferred) keeps it, too: it may be resolved by a
/// destructor, which has no loop at hand.
pub struct Soon {
    queue: RefCell<VecDeque<(Slot, Callback)>>,
    slots: Slots,
    /// Set once the loop is gone.
    closed: Cell<bool>,
    /// Set while what is queued is being dropped.
    dropping: Cell<bool>,
}

impl Soon {
    pub fn new(slots: Slots) -> Soon {
        Soon {
            queue: RefCell::new(VecDeque::new()),
            slots,
            closed: Cell::new(false),
            dropping: Cell::new(false),
        }
    }

    /// Queues `then`, or drops it if the loop is gone.
    #[track_caller]
    pub fn push(&self, then: Callback) {
        let slot = self.slots.take("callback");
        slot.lane().ready();
        self.queue.borrow_mut().push_back((slot, then));
        if self.is_closed() {
            self.drop_all();
        }
    }

    /// Takes out all that is queued.
    pub fn take(&self) -> VecDeque<(Slot, Callback)> {
        self.queue.take()
    }

    pub fn is_empty(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Drops what is queued, and from now on whatever comes.
    pub fn close(&self) {
        self.closed.set(true);
        self.drop_all();
    }

    /// Drops what is queued, one after another, while nothing is borrowed: a
    /// destructor may queue. What it queues is dropped here as well, not inside
    /// of it, so a long chain of these needs no more stack than one.
    fn drop_all(&self) {
        if self.dropping.replace(true) {
            return;
        }
        let _dropping = Dropping(self);
        loop {
            let first = self.queue.borrow_mut().pop_front();
            if first.is_none() {
                break;
            }
        }
    }
}

/// Set while a queue drops what is in it.
struct Dropping<'a>(&'a Soon);

impl Drop for Dropping<'_> {
    fn drop(&mut self) {
        self.0.dropping.set(false);
        // If a destructor has panicked, the rest is still to be dropped.
        if !self.0.is_empty() {
            self.0.drop_all();
        }
    }
}
