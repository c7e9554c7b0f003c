//! What is to be called, and when.

use crate::event_loop::Callback;
use crate::slots::Slot;
use std::collections::BTreeMap;
use std::time::Instant;

/// When a timer is due, and its number: of two that are due at the same time,
/// the one that was set first comes first.
pub type Key = (Instant, usize);

/// The timers that are set, in the order in which they are due.
///
/// A heap would find the next one as fast, but it cannot take one out of its
/// middle: a timer that is cancelled would lie there, with all that its
/// callback owns, until it is due.
#[derive(Default)]
pub struct Timers {
    set: BTreeMap<Key, (Slot, Callback)>,
    /// Those that are called in this turn. What is set meanwhile is not among
    /// them, even if it was due long ago.
    due: BTreeMap<Key, (Slot, Callback)>,
}

impl Timers {
    pub fn set(&mut self, key: Key, slot: Slot, then: Callback) {
        self.set.insert(key, (slot, then));
    }

    /// Takes out one timer, whether it is due or not.
    pub fn remove(&mut self, key: Key) -> Option<(Slot, Callback)> {
        self.set.remove(&key).or_else(|| self.due.remove(&key))
    }

    /// When the first one is due.
    pub fn next(&self) -> Option<Instant> {
        self.set.keys().next().map(|(due, _)| *due)
    }

    /// Makes those that are due at `now`, and were set before `mark`, the
    /// timers of this turn. Gives their lanes.
    pub fn begin_turn(
        &mut self,
        now: Instant,
        mark: usize,
    ) -> impl Iterator<Item = &Slot> {
        let due = self.set.range(..=(now, usize::MAX)).map(|(key, _)| *key);
        let due: Vec<Key> = due.filter(|(_, number)| *number < mark).collect();
        for key in due {
            self.due.extend(self.set.remove_entry(&key));
        }
        self.due.values().map(|(slot, _)| slot)
    }

    /// Takes out the first timer of this turn.
    pub fn pop(&mut self) -> Option<(Slot, Callback)> {
        self.due.pop_first().map(|(_, timer)| timer)
    }

    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}
