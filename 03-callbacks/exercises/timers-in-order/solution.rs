//! Solution: timers in order.
//!
//! The key of the map is the time and a number that counts up, so the map has
//! them in the right order, and finds each by its key. What is to be called in
//! this turn is decided before the first call.

use std::collections::BTreeMap;
use std::time::Duration;

type Callback = Box<dyn FnOnce(&mut Timers)>;

/// The timers that are set.
#[derive(Default)]
pub struct Timers {
    waiting: BTreeMap<Id, Callback>,
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
        self.waiting.insert(id, Box::new(callback));
        id
    }

    /// Drops the callback, unless it has been called. Gives back whether it was
    /// still to be called.
    pub fn cancel(&mut self, id: Id) -> bool {
        self.waiting.remove(&id).is_some()
    }

    /// When the next one is due: the loop waits until then.
    pub fn next_due(&self) -> Option<Duration> {
        self.waiting.keys().next().map(|id| id.0)
    }

    /// Calls those that are due at `now`, in the order in which they are due,
    /// and of those that are due together first the one that was set first.
    /// What a callback sets meanwhile is left for the next call.
    pub fn run_due(&mut self, now: Duration) {
        let due = self.waiting.keys().take_while(|id| id.0 <= now);
        for id in due.copied().collect::<Vec<_>>() {
            // A callback may have cancelled another one that is due.
            if let Some(callback) = self.waiting.remove(&id) {
                callback(self);
            }
        }
    }
}

#[path = "timers-in-order/check.rs"]
mod check;
