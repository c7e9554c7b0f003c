//! What is to be called, and when.

use crate::event_loop::Callback;
use crate::slots::Slot;
use std::collections::BTreeMap;
use std::time::Instant;

/// When a timer is due, and its number: of two that are due at the same time,
/// the one that was set first comes first.
pub type Key = (Instant, u64);

/// The timers that are set, in the order in which they are due.
///
/// A heap would find the next one as fast, but it cannot take one out of its
/// middle: a timer that is cancelled would lie there, with all that its
/// callback owns, until it is due.
#[derive(Default)]
pub struct Timers {
    set: BTreeMap<Key, (Slot, Callback)>,
    /// How many have been set so far.
    count: u64,
}

impl Timers {
    pub fn set(&mut self, due: Instant, slot: Slot, then: Callback) -> Key {
        let key = (due, self.count);
        self.count += 1;
        self.set.insert(key, (slot, then));
        key
    }

    /// Takes out one timer, whether it is due or not.
    pub fn remove(&mut self, key: Key) -> Option<(Slot, Callback)> {
        self.set.remove(&key)
    }

    /// When the first one is due.
    pub fn next(&self) -> Option<Instant> {
        self.set.keys().next().map(|(due, _)| *due)
    }

    /// Every timer that is set later comes after this key, or is due later.
    pub fn mark(&self, now: Instant) -> Key {
        (now, self.count)
    }

    /// Takes out the first timer before `mark`.
    pub fn pop(&mut self, mark: Key) -> Option<(Slot, Callback)> {
        let first = self.set.first_entry()?;
        (*first.key() < mark).then(|| first.remove())
    }

    /// The lanes of the timers before `mark`.
    pub fn before(&self, mark: Key) -> impl Iterator<Item = &Slot> {
        self.set.range(..mark).map(|(_, (slot, _))| slot)
    }

    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}
