//! A list that is kept sorted, the next one at its end.

use std::time::Duration;

type Callback = Box<dyn FnOnce(&mut Timers)>;

/// The timers that are set.
#[derive(Default)]
pub struct Timers {
    /// The next one is the last.
    waiting: Vec<(Id, Callback)>,
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
        let place = self.waiting.partition_point(|(other, _)| *other > id);
        self.waiting.insert(place, (id, Box::new(callback)));
        id
    }

    /// Drops the callback, unless it has been called. Gives back whether it was
    /// still to be called.
    pub fn cancel(&mut self, id: Id) -> bool {
        let place = self.waiting.iter().position(|(other, _)| *other == id);
        place.map(|place| self.waiting.remove(place)).is_some()
    }

    /// When the next one is due: the loop waits until then.
    pub fn next_due(&self) -> Option<Duration> {
        self.waiting.last().map(|(id, _)| id.0)
    }

    /// Calls those that are due at `now`, in the order in which they are due,
    /// and of those that are due together first the one that was set first.
    /// What a callback sets meanwhile is left for the next call.
    pub fn run_due(&mut self, now: Duration) {
        let set_before = self.ever_set;
        let is_due = |id: Id| id.0 <= now && id.1 < set_before;
        while let Some(place) =
            self.waiting.iter().rposition(|(id, _)| is_due(*id))
        {
            let (_, callback) = self.waiting.remove(place);
            callback(self);
        }
    }
}

#[path = "timers-in-order/check.rs"]
mod check;
