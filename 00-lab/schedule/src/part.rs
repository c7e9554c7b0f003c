//! The part that this thread takes in a schedule, and what the locks of
//! [`locks`] ask of it.

use super::player::{Does, FIRST, has_strangers, note_stranger};
use super::turns::Turns;
use locks::hook::Hook;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

thread_local! {
    /// The schedule, and the number that this thread has in it.
    static PART: RefCell<Option<(Arc<Turns>, usize)>> =
        const { RefCell::new(None) };
    static HAD_PART: Cell<bool> = const { Cell::new(false) };
}

/// This thread takes part in a schedule, until this is dropped.
pub(super) struct Part(());

impl Part {
    pub fn take(turns: &Arc<Turns>, number: usize) -> Part {
        PART.set(Some((Arc::clone(turns), number)));
        HAD_PART.set(true);
        Part(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        PART.set(None);
    }
}

fn part() -> Option<(Arc<Turns>, usize)> {
    PART.try_with(|part| part.borrow().clone()).ok().flatten()
}

/// Set if a panic of this thread is not to be reported.
pub(super) fn is_quiet() -> bool {
    part().is_some_and(|(turns, me)| turns.is_quiet && me != FIRST)
}

/// Another thread may go on here. Something was done, so a thread that comes to
/// a lock again does not ask in vain. Does nothing in a thread that no schedule
/// has started.
pub fn step() {
    if let Some((turns, me)) = part() {
        turns.table().note_progress();
        turns.give_way(me, Does::Ready);
        turns.table().players[me].is_fresh = true;
    }
}

/// Another thread may go on here, as where a lock is taken. Nothing was done,
/// so a thread that looks again and again, for nothing, is reported. A thread
/// that no schedule has started is reported, too, and never returns from here.
pub fn look() {
    if !GivesWay.knows_this_thread() && has_strangers() {
        loop {
            thread::park();
        }
    }
    GivesWay.before_lock();
}

/// Set if the last wait of this thread on a condition variable ended, and no
/// thread had notified it.
///
/// # Panics
/// In a thread that no schedule has started.
pub fn woke_unasked() -> bool {
    let (turns, me) = part().expect("a thread of a schedule");
    turns.table().players[me].woke_unasked
}

/// Waits until something `is_so` that other threads bring about. It is asked
/// between steps, so it must take no turn itself.
///
/// # Panics
/// In a thread that no schedule has started.
pub fn wait_until(is_so: impl Fn() -> bool + Send + 'static) {
    let (turns, me) = part().expect("a thread of a schedule");
    let mut table = turns.table();
    table.note_progress();
    table.players[me].slept = 0;
    drop(table);
    turns.give_way(me, Does::Until(Box::new(is_so)));
}

/// The hook that hands over turns.
pub(super) struct GivesWay;

impl Hook for GivesWay {
    fn knows_this_thread(&self) -> bool {
        let is_part = part().is_some();
        // The last destructors of a thread run when it has no part any more,
        // and may use a lock. That makes it no stranger.
        if !is_part && !HAD_PART.try_with(Cell::get).unwrap_or(true) {
            note_stranger();
        }
        is_part
    }

    fn decides(&self) -> bool {
        true
    }

    fn after_lock(&self, _lock: usize) {
        if let Some((turns, me)) = part()
            && turns.holds_up.load(Relaxed)
            && !thread::panicking()
        {
            turns.may_give_way(me);
        }
    }

    fn before_lock(&self) {
        // A thread that panics goes on to its end.
        if let Some((turns, me)) = part()
            && !thread::panicking()
        {
            turns.table().players[me].asked += 1;
            turns.may_give_way(me);
        }
    }

    fn before_wait(&self, _lock: usize) {
        if let Some((turns, me)) = part() {
            turns.may_give_way(me);
        }
    }

    fn wait_for_lock(&self, lock: usize) {
        let (turns, me) = part().expect("a thread of a schedule");
        let table = turns.table();
        // The schedule is over, so no other thread will release the lock.
        if me == FIRST
            && let Some(finding) = table.finding.clone()
        {
            drop(table);
            panic!("a lock is left locked: {finding}");
        }
        drop(table);
        turns.give_way(me, Does::WaitsForLock(lock));
    }

    fn after_release(&self, lock: usize) {
        // From the next step on, another thread may take it.
        if let Some((turns, me)) = part() {
            turns.table().free_lock(lock);
            if turns.holds_up.load(Relaxed) && !thread::panicking() {
                turns.may_give_way(me);
            }
        }
    }

    fn wait(
        &self,
        lock: usize,
        condvar: usize,
        limit: Option<Duration>,
    ) -> bool {
        let (turns, me) = part().expect("a thread of a schedule");
        let mut table = turns.table();
        table.free_lock(lock);
        (table.players[me].is_late, table.players[me].slept) = (false, 0);
        let until = limit.map(|limit| table.end_of(limit));
        drop(table);
        turns.give_way(me, Does::Waits(condvar, until));
        turns.table().players[me].is_late
    }

    fn notify(&self, condvar: usize, all: bool) {
        let Some((turns, me)) = part() else { return };
        if !thread::panicking() {
            turns.may_give_way(me);
        }
        let mut table = turns.table();
        let mut woken = table.waiting(Some(condvar));
        if !all && !woken.is_empty() {
            woken = vec![table.choice.dice.one_of(&woken)];
        }
        woken.into_iter().for_each(|number| table.notify(number));
    }
}
