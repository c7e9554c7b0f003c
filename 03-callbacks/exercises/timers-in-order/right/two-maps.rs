//! What is called in this turn has a map of its own, as in the library.

use std::collections::BTreeMap;
use std::time::Duration;

type Callback = Box<dyn FnOnce(&mut Timers)>;

/// The timers that are set.
#[derive(Default)]
pub struct Timers {
    waiting: BTreeMap<Id, Callback>,
    /// Those of this turn.
    due: BTreeMap<Id, Callback>,
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
        let found = self.waiting.remove(&id).or_else(|| self.due.remove(&id));
        found.is_some()
    }

    /// When the next one is due: the loop waits until then.
    pub fn next_due(&self) -> Option<Duration> {
        self.waiting.keys().next().map(|id| id.0)
    }

    /// Calls those that are due at `now`, in the order in which they are due,
    /// and of those that are due together first the one that was set first.
    /// What a callback sets meanwhile is left for the next call.
    pub fn run_due(&mut self, now: Duration) {
        let later = self.waiting.split_off(&Id(now, usize::MAX));
        self.due = std::mem::replace(&mut self.waiting, later);
        while let Some((_, callback)) = self.due.pop_first() {
            callback(self);
        }
    }
}

#[path = "timers-in-order/check.rs"]
mod check;
