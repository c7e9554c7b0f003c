//! What the adversary does to threads that wait to be notified.

use super::{MOVED, ON, PLAYER, Plot, game, hold_up, play};
use std::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};
use std::thread;

/// The threads that wait on one condition variable while an adversary plays.
#[derive(Default)]
pub(in crate::sync) struct Sleepers {
    /// How many have not been notified.
    asleep: AtomicUsize,
    /// How many have had the lock again.
    awake: AtomicU64,
}

impl Sleepers {
    /// This thread goes to sleep: until it is notified, nothing is expected of
    /// it.
    pub fn sleep(&self) {
        self.asleep.fetch_add(1, Relaxed);
        expect(|asleep| asleep + 1);
    }

    /// This thread was asleep, and has the lock again.
    pub fn awake(&self) {
        self.awake.fetch_add(1, SeqCst);
        play(|_| ());
    }

    /// Notifies so many, as far as there are so many. Then holds up this thread
    /// until one of them has had the lock; unless it has a lock itself, which
    /// may be that one.
    pub fn wake(&self, most: usize, notify: impl FnOnce()) {
        let awake = self.awake.load(Relaxed);
        let rest = |asleep: usize| Some(asleep.saturating_sub(most));
        let asleep = self.asleep.fetch_update(Relaxed, Relaxed, rest);
        let woken = asleep.unwrap_or_else(|none| none).min(most);
        // Some may have gone to sleep before the game began.
        expect(|asleep| asleep.saturating_sub(woken));
        notify();

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
