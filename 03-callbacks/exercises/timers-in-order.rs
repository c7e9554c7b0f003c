//! Exercise: timers in order.
//!
//!     cargo test -p callbacks --test timers-in-order
//!
//! A loop has timers: functions to be called when their time has come. Write
//! `Timers`. Time is a number that the loop gives: nothing here looks at a
//! clock, and nothing waits. As it stands, no timer is kept.

use std::time::Duration;

/// The timers that are set.
#[derive(Default)]
pub struct Timers {}

/// One timer, for `cancel`.
#[derive(Clone, Copy)]
pub struct Id;

impl Timers {
    /// Has `callback` called once, when the time is `due`, or has passed.
    pub fn set(
        &mut self,
        due: Duration,
        callback: impl FnOnce(&mut Timers) + 'static,
    ) -> Id {
        let _not_used_yet = (due, callback);
        Id
    }

    /// Drops the callback, unless it has been called. Gives back whether it was
    /// still to be called.
    pub fn cancel(&mut self, id: Id) -> bool {
        let Id = id;
        false
    }

    /// When the next one is due: the loop waits until then.
    pub fn next_due(&self) -> Option<Duration> {
        None
    }

    /// Calls those that are due at `now`, in the order in which they are due,
    /// and of those that are due together first the one that was set first.
    /// What a callback sets meanwhile is left for the next call.
    pub fn run_due(&mut self, now: Duration) {
        let _not_used_yet = now;
    }
}

#[path = "timers-in-order/check.rs"]
mod check;
