//! One list for each time, in the order in which they were set.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

type Callback = Box<dyn FnOnce(&mut Timers)>;

/// The timers that are set.
#[derive(Default)]
pub struct Timers {
    /// No list is empty.
    waiting: BTreeMap<Duration, VecDeque<(usize, Callback)>>,
    ever_set: usize,
}

/// One timer, for `cancel`.
#[derive(Clone, Copy)]
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
        let list = self.waiting.entry(due).or_default();
        list.push_back((id.1, Box::new(callback)));
        id
    }

    /// Drops the callback, unless it has been called. Gives back whether it was
    /// still to be called.
    pub fn cancel(&mut self, id: Id) -> bool {
        self.take(id).is_some()
    }

    fn take(&mut self, Id(due, number): Id) -> Option<Callback> {
        let list = self.waiting.get_mut(&due)?;
        let place = list.iter().position(|(other, _)| *other == number)?;
        let (_, callback) = list.remove(place)?;
        if list.is_empty() {
            self.waiting.remove(&due);
        }
        Some(callback)
    }

    /// When the next one is due: the loop waits until then.
    pub fn next_due(&self) -> Option<Duration> {
        self.waiting.keys().next().copied()
    }

    /// Calls those that are due at `now`, in the order in which they are due,
    /// and of those that are due together first the one that was set first.
    /// What a callback sets meanwhile is left for the next call.
    pub fn run_due(&mut self, now: Duration) {
        let mut ids = Vec::new();
        for (due, list) in self.waiting.range(..=now) {
            ids.extend(list.iter().map(|(number, _)| Id(*due, *number)));
        }
        for id in ids {
            if let Some(callback) = self.take(id) {
                callback(self);
            }
        }
    }
}

#[path = "timers-in-order/check.rs"]
mod check;
