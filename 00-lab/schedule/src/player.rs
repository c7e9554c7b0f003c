//! A thread of a schedule, and what it does.

use super::crew::Number;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::Thread;
use std::time::Duration;

/// The thread that made the schedule.
pub(super) const FIRST: usize = 0;

/// What a thread does while it is not its turn.
pub(super) enum Does {
    /// It could go on.
    Ready,
    WaitsForLock(usize),
    /// It waits for this condition variable, until this time at most.
    Waits(usize, Option<Duration>),
    /// It waits until this is so.
    Until(Box<dyn Fn() -> bool + Send>),
    /// It waits until this thread has ended.
    Joins(usize),
    /// It waits until all other threads have ended.
    ExpectsTheEnd,
    /// It waits until no other can go on.
    Settles,
    /// It waits until no other can go on, and then for longer than most waits
    /// may take.
    Rests,
    Ended,
}

/// A thread of the schedule.
pub(super) struct Player {
    pub name: String,
    /// To be unparked; not known before it has been started.
    pub thread: Option<Thread>,
    /// The number that the system has for it.
    pub number: Number,
    pub does: Does,
    /// Set if its last wait ended, and it was not notified.
    pub woke_unasked: bool,
    /// Set if it has just been chosen, and done nothing since: another could
    /// have gone on here.
    pub is_fresh: bool,
    /// Set if its last wait ended by its limit.
    pub is_late: bool,
    /// How often it has come to a lock since something was done.
    pub asked: usize,
    /// How often a wait of it has ended by its limit since something was done.
    pub was_late: usize,
    /// How often its waits were notified since something was done.
    pub was_notified: usize,
    /// How often it was found asleep in its turn since it last waited.
    pub slept: usize,
    /// The same, since it began.
    pub slept_in_all: usize,
    /// For how many nanoseconds the system's thread had run when it began, if
    /// that is measured.
    pub ran_before: Option<u64>,
}

impl Player {
    pub fn new(name: &str) -> Player {
        Player {
            name: name.to_owned(),
            thread: None,
            number: Number::default(),
            does: Does::Ready,
            woke_unasked: false,
            is_fresh: false,
            is_late: false,
            asked: 0,
            was_late: 0,
            was_notified: 0,
            slept: 0,
            slept_in_all: 0,
            ran_before: None,
        }
    }

    pub fn has_ended(&self) -> bool {
        matches!(self.does, Does::Ended)
    }
}

/// Set if a thread that is in no schedule came to a lock.
static HAS_STRANGERS: AtomicBool = AtomicBool::new(false);

pub(super) fn note_stranger() {
    HAS_STRANGERS.store(true, Relaxed);
}

pub(super) fn has_strangers() -> bool {
    HAS_STRANGERS.load(Relaxed)
}

pub(super) fn forget_strangers() {
    HAS_STRANGERS.store(false, Relaxed);
}
