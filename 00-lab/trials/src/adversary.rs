//! An unlucky moment for threads that also wait for what no
//! [`Schedule`](crate::schedule::Schedule) knows of, such as pages.

use lab::sync::hook::{Hook, Hooked};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// While this lives, a decision made under one lock and acted on under the next
/// is always overtaken.
///
/// Of threads that have ended, or wait to be notified, nothing is expected any
/// more, and of those that are busy elsewhere not for longer than 20 ms: nothing
/// hangs by this.
#[must_use = "it plays until it is dropped"]
pub struct Adversary {
    _hooked: Hooked,
    _one_at_a_time: MutexGuard<'static, ()>,
}

/// How long to wait for a thread that has not been seen yet: it may still be
/// starting.
const TO_ARRIVE: Duration = Duration::from_millis(250);
/// How long to wait for one that may be busy elsewhere.
const TO_MOVE: Duration = Duration::from_millis(20);

static GAME: LazyLock<Mutex<Game>> = LazyLock::new(Mutex::default);
/// Something changed: a lock was taken, a thread ended.
static MOVED: Condvar = Condvar::new();

/// The threads that the adversary plays with.
#[derive(Default)]
struct Game {
    number: u64,
    /// How many are to come.
    expected: usize,
    /// How many have come to a lock since it began.
    arrived: usize,
    /// How many of these wait to be notified.
    asleep: usize,
    /// How many of these have ended.
    left: usize,
    /// How many times each lock was taken.
    taken: HashMap<usize, u64>,
}

impl Adversary {
    /// A thread that releases a [`Mutex`](lab::sync::Mutex) does not go on until
    /// another of this many `threads` has had it.
    ///
    /// Two threads that check, release, and insert will both find nothing and
    /// both insert. Threads that do both under one lock lose nothing.
    ///
    /// Start the threads when it is there, and do not lock anything in between:
    /// it would wait for the others to come. There is one adversary at a time;
    /// a second waits here for its turn.
    ///
    /// ```
    /// use lab::sync::Mutex;
    /// use trials::Adversary;
    ///
    /// let seen = Mutex::new(0);
    /// let adversary = Adversary::among(2);
    /// std::thread::scope(|s| {
    ///     for _ in 0..2 {
    ///         s.spawn(|| {
    ///             let before = *seen.lock().unwrap();
    ///             *seen.lock().unwrap() = before + 1;
    ///         });
    ///     }
    /// });
    /// drop(adversary);
    /// assert_eq!(*seen.lock().unwrap(), 1, "one of two updates is lost");
    /// ```
    pub fn among(threads: usize) -> Adversary {
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut game = game();
        let number = game.number + 1;
        *game = Game { number, expected: threads, ..Game::default() };
        Adversary { _hooked: Hooked::to(&HoldsUp), _one_at_a_time: one }
    }
}

impl Drop for Adversary {
    fn drop(&mut self) {
        // Those that are held up see that their game is over.
        game().number += 1;
        MOVED.notify_all();
    }
}

/// A thread in its part as a player, which ends with the thread.
struct Player {
    /// The game it plays; none yet is 0.
    game: Cell<u64>,
    /// The locks that it has, and how many times each had been taken then.
    locks: RefCell<Vec<(usize, u64)>>,
    /// Set if it was held up in vain when it released one and kept another.
    in_vain: Cell<bool>,
    /// Set while it waits to be notified.
    is_asleep: Cell<bool>,
}

thread_local! {
    static PLAYER: Player = const {
        Player {
            game: Cell::new(0),
            locks: RefCell::new(Vec::new()),
            in_vain: Cell::new(false),
            is_asleep: Cell::new(false),
        }
    };
}

impl Player {
    fn arrive(&self, game: &mut Game) {
        if self.game.replace(game.number) != game.number {
            game.arrived += 1;
            self.locks.borrow_mut().clear();
            self.in_vain.set(false);
            self.is_asleep.set(false);
        }
    }

    /// Holds this thread up until another has taken the lock, but not for ever.
    fn lets_another_in(&self, lock: usize, taken: u64) {
        let keeps_another = || !self.locks.borrow().is_empty();
        // Another may need the very lock that this one keeps.
        if thread::panicking() || keeps_another() && self.in_vain.get() {
            return;
        }
        let is_come = hold_up(self.game.get(), |game| {
            let all_here = game.arrived >= game.expected;
            let alone = game.arrived <= game.left + game.asleep + 1;
            game.taken.get(&lock) != Some(&taken) || all_here && alone
        });
        if !is_come && keeps_another() {
            self.in_vain.set(true);
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let mut game = game();
        if self.game.get() == game.number {
            game.left += 1;
            MOVED.notify_all();
        }
    }
}

/// The hook: it decides nothing, but takes its time.
struct HoldsUp;

impl Hook for HoldsUp {
    fn knows_this_thread(&self) -> bool {
        PLAYER.try_with(|_| ()).is_ok()
    }

    fn decides(&self) -> bool {
        false
    }

    fn before_lock(&self) {
        play(|player, game| player.arrive(game));
    }

    fn after_lock(&self, lock: usize) {
        play(|player, game| {
            player.arrive(game);
            game.asleep -= usize::from(player.is_asleep.replace(false));
            let taken = game.taken.entry(lock).or_default();
            *taken += 1;
            player.locks.borrow_mut().push((lock, *taken));
        });
    }

    fn after_release(&self, lock: usize) {
        let _ = PLAYER.try_with(|player| {
            if let Some(taken) = player.forget(lock) {
                player.lets_another_in(lock, taken);
            }
        });
    }

    fn before_wait(&self, lock: usize) {
        play(|player, game| {
            player.arrive(game);
            player.forget(lock);
            game.asleep += usize::from(!player.is_asleep.replace(true));
        });
    }

    fn wait_for_lock(&self, _lock: usize) {}

    fn wait(&self, _: usize, _: usize, _: Option<Duration>) -> bool {
        false
    }

    fn notify(&self, _condvar: usize, _all: bool) {}
}

impl Player {
    /// This lock is no longer this thread's. Gives back how many times it had
    /// been taken, if it was taken in this game.
    fn forget(&self, lock: usize) -> Option<u64> {
        let mut locks = self.locks.borrow_mut();
        let place = locks.iter().rposition(|(it, _)| *it == lock)?;
        Some(locks.remove(place).1)
    }
}

/// Waits for what the adversary is after, but not for ever: gives back `false`
/// if it has given up.
fn hold_up(number: u64, is_come: impl Fn(&Game) -> bool) -> bool {
    let began = Instant::now();
    let mut game = game();
    while game.number == number && !is_come(&game) {
        let all_here = game.arrived >= game.expected;
        let patience = if all_here { TO_MOVE } else { TO_ARRIVE };
        let Some(left) = patience.checked_sub(began.elapsed()) else {
            // One that was expected and is not here by now is so no longer.
            game.expected -= usize::from(!all_here);
            return false;
        };
        (game, _) = MOVED
            .wait_timeout(game, left)
            .unwrap_or_else(PoisonError::into_inner);
    }
    true
}

/// Changes what is known of this thread.
fn play(change: impl FnOnce(&Player, &mut Game)) {
    let _ = PLAYER.try_with(|player| change(player, &mut game()));
    MOVED.notify_all();
}

fn game() -> MutexGuard<'static, Game> {
    GAME.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
