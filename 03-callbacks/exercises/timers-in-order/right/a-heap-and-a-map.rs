//! A heap has the order, and a map the callbacks. What is at the top of the
//! heap and has no callback any more is taken off at once, and the others once
//! they are more than half.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

type Callback = Box<dyn FnOnce(&mut Timers)>;

/// The timers that are set.
#[derive(Default)]
pub struct Timers {
    order: BinaryHeap<Reverse<Id>>,
    callbacks: HashMap<usize, Callback>,
    ever_set: usize,
}

/// One timer, for `cancel`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(Duration, usize);

impl Timers {
    /// Has `callback` called once, when the time is `due`, or has passed.
    pub fn set(
        &mut self,
        due: Duration,
        callback: impl FnOnce(&mut Timers) + 'static,
    ) -> Id {
        let id = Id(due, self.ever_set);
        self.ever_set += 1;
        self.order.push(Reverse(id));
        self.callbacks.insert(id.1, Box::new(callback));
        id
    }

    /// Drops the callback, unless it has been called. Gives back whether it was
    /// still to be called.
    pub fn cancel(&mut self, id: Id) -> bool {
        let was_waiting = self.callbacks.remove(&id.1).is_some();
        self.tidy();
        was_waiting
    }

    fn tidy(&mut self) {
        while let Some(Reverse(id)) = self.order.peek()
            && !self.callbacks.contains_key(&id.1)
        {
            self.order.pop();
        }
        if self.order.len() > 2 * self.callbacks.len() + 8 {
            self.order.retain(|id| self.callbacks.contains_key(&id.0.1));
            self.order.shrink_to_fit();
        }
    }

    /// When the next one is due: the loop waits until then.
    pub fn next_due(&self) -> Option<Duration> {
        self.order.peek().map(|Reverse(id)| id.0)
    }

    /// Calls those that are due at `now`, in the order in which they are due,
    /// and of those that are due together first the one that was set first.
    /// What a callback sets meanwhile is left for the next call.
    pub fn run_due(&mut self, now: Duration) {
        let mut due = Vec::new();
        while let Some(Reverse(id)) = self.order.peek()
            && id.0 <= now
        {
            due.push(*id);
            self.order.pop();
        }
        for id in due {
            if let Some(callback) = self.callbacks.remove(&id.1) {
                callback(self);
            }
        }
        self.tidy();
    }
}

#[path = "timers-in-order/check.rs"]
mod check;
