//! What the adversary does to threads that wait to be notified.

use super::{MOVED, ON, PLAYER, Plot, game, hold_up, play};
use std::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The threads that wait on one condition variable while an adversary plays.
#[derive(Default)]
pub(in crate::sync) struct Sleepers {
    /// How many have not been notified.
    asleep: AtomicUsize,
    /// How many have had the lock again.
    awake: AtomicU64,
    line: Mutex<Line>,
    called: Condvar,
}

/// Those who wait, first come first called: std promises no order, and what is
/// to happen always must not depend on one.
#[derive(Default)]
struct Line {
    /// How many have ever joined it.
    came: u64,
    /// How many of these have been called.
    called: u64,
}

impl Sleepers {
    /// This thread goes to sleep: until it is notified, nothing is expected of
    /// it. Gives back its place in the line, if the adversary keeps one.
    pub fn sleep(&self) -> Option<u64> {
        self.asleep.fetch_add(1, Relaxed);
        expect(|asleep| asleep + 1);
        let lines_up = ON.load(SeqCst) && game().plot == Plot::Overtake;
        lines_up.then(|| {
            let mut line = self.line();
            line.came += 1;
            line.came
        })
    }

    /// Sleeps until this place is called.
    pub fn until_called(&self, place: u64) {
        let not_yet = |line: &mut Line| line.called < place;
        drop(self.called.wait_while(self.line(), not_yet));
    }

    /// Calls so many, as far as there are so many; gives back how many.
    fn call(&self, most: usize) -> usize {
        let mut line = self.line();
        let called = (line.came - line.called).min(most as u64);
        line.called += called;
        self.called.notify_all();
        called as usize
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This thread was asleep, and has the lock again.
    pub fn awake(&self) {
        self.awake.fetch_add(1, SeqCst);
        play(|_| ());
    }

    /// Notifies so many, as far as there are so many: by `notify`, if there are
    /// not enough in the line. Then holds up this thread
    /// until one of them has had the lock; unless it has a lock itself, which
    /// may be that one.
    pub fn wake(&self, most: usize, notify: impl FnOnce()) {
        let awake = self.awake.load(Relaxed);
        let rest = |asleep: usize| Some(asleep.saturating_sub(most));
        let asleep = self.asleep.fetch_update(Relaxed, Relaxed, rest);
        let woken = asleep.unwrap_or_else(|none| none).min(most);
        // Some may have gone to sleep before the game began.
        expect(|asleep| asleep.saturating_sub(woken));
        if self.call(most) < most {
            notify();
        }

        play(|_| ());
        let locks = PLAYER.try_with(|player| player.locks.get()).unwrap_or(0);
        if woken > 0 && locks == 0 && !thread::panicking() {
            // Of this thread, too, nothing is expected meanwhile.
            expect(|asleep| asleep + 1);
            hold_up(Plot::Overtake, |_| self.awake.load(SeqCst) != awake);
            expect(|asleep| asleep.saturating_sub(1));
        }
    }
}

/// Of how many threads that are asleep nothing is expected.
fn expect(change: impl FnOnce(usize) -> usize) {
    if ON.load(SeqCst) {
        let mut game = game();
        game.asleep = change(game.asleep);
        MOVED.notify_all();
    }
}
