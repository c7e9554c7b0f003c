//! What is to be called soon.

use super::Callback;
use crate::lanes::{Lanes, Slot};
use std::cell::{Cell, RefCell};

/// The queue of what is to be called at the end of a turn. A
/// [`Deferred`](crate::Deferred) keeps it, too: it may be resolved by a
/// destructor, which has no loop at hand.
pub struct Soon {
    queue: RefCell<Vec<(Slot, Callback)>>,
    lanes: Lanes,
    /// Set once the loop is gone.
    closed: Cell<bool>,
    /// Set while what is queued is being dropped.
    dropping: Cell<bool>,
}

impl Soon {
    pub fn new(lanes: Lanes) -> Soon {
        let queue = RefCell::default();
        let (closed, dropping) = (Cell::new(false), Cell::new(false));
        Soon { queue, lanes, closed, dropping }
    }

    /// Queues `then`, or drops it if the loop is gone.
    #[track_caller]
    pub fn push(&self, then: Callback) {
        let slot = self.lanes.take("callback");
        slot.lane.ready();
        self.queue.borrow_mut().push((slot, then));
        if self.is_closed() {
            self.close();
        }
    }

    /// Takes out all that is queued.
    pub fn take(&self) -> Vec<(Slot, Callback)> {
        self.queue.take()
    }

    pub fn is_empty(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Drops what is queued, and from now on whatever comes.
    ///
    /// Nothing is borrowed meanwhile: a destructor may queue. What it queues is
    /// dropped here as well, not inside of it, so a long chain of these needs
    /// no more stack than one.
    pub fn close(&self) {
        self.closed.set(true);
        if !self.dropping.replace(true) {
            while !self.is_empty() {
                drop(self.take());
            }
            self.dropping.set(false);
        }
    }
}
