//! What is to be called soon.

use super::Callback;
use crate::slots::{Slot, Slots};
use std::cell::RefCell;
use std::collections::VecDeque;

/// The queue of what is to be called at the end of a turn. A
/// [`Deferred`](crate::Deferred) keeps it, too: it may be resolved by a
/// destructor, which has no loop at hand.
pub struct Soon {
    /// `None` once the loop is gone.
    queue: RefCell<Option<VecDeque<(Slot, Callback)>>>,
    slots: Slots,
}

impl Soon {
    pub fn new(slots: Slots) -> Soon {
        Soon { queue: RefCell::new(Some(VecDeque::new())), slots }
    }

    /// Queues `then`, or drops it if the loop is gone.
    #[track_caller]
    pub fn push(&self, then: Callback) {
        let slot = self.slots.take("callback");
        slot.lane().ready();
        if let Some(queue) = &mut *self.queue.borrow_mut() {
            queue.push_back((slot, then));
            return;
        }
        // Its destructor may queue: nothing is borrowed now.
        drop(then);
    }

    /// Takes out all that is queued.
    pub fn take(&self) -> VecDeque<(Slot, Callback)> {
        self.queue.borrow_mut().as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.queue.borrow().as_ref().is_none_or(VecDeque::is_empty)
    }

    /// Refuses what is queued from now on. Gives back what is left, so that it
    /// is dropped while nothing is borrowed.
    pub fn close(&self) -> Option<VecDeque<(Slot, Callback)>> {
        self.queue.borrow_mut().take()
    }
}
