//! Bad luck on demand: a thread that releases a lock is overtaken by another.
//!
//! For threads that also wait for pages, say, which a
//! [`Schedule`](crate::schedule::Schedule) cannot know of.

use lab::sync::hook::{Hook, Hooked};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// While this lives, what a thread has found out under a lock is out of date
/// when it has the lock again.
///
/// It does not make threads hang. It does not wait for threads that have ended
/// or wait to be notified, and for one that is busy elsewhere it waits for 20
/// ms at most.
#[must_use = "it holds threads up until it is dropped"]
pub struct Adversary {
    _hooked: Hooked,
    _one_at_a_time: MutexGuard<'static, ()>,
}

/// How long to wait for a thread that has not come to a lock yet: it may still
/// be starting.
const TO_ARRIVE: Duration = Duration::from_millis(250);
/// How long to wait for a thread that may be busy elsewhere.
const TO_MOVE: Duration = Duration::from_millis(20);

static GAME: LazyLock<Mutex<Game>> = LazyLock::new(Mutex::default);
/// Notified when something has changed: a lock was taken, a thread ended.
static MOVED: Condvar = Condvar::new();

/// What the adversary knows of its threads.
#[derive(Default)]
struct Game {
    /// The number of this game. Each adversary begins a new one.
    number: u64,
    /// How many threads are still expected to come.
    expected: usize,
    /// How many have come to a lock.
    arrived: usize,
    /// How many of them wait to be notified.
    asleep: usize,
    /// How many of them have ended.
    ended: usize,
    /// How many times each lock was taken.
    taken: HashMap<usize, u64>,
}

impl Adversary {
    /// From now on, a thread that releases a [`Mutex`](lab::sync::Mutex) goes
    /// on only when another of the `threads` has had it.
    ///
    /// Two threads that check, release, and insert will both find nothing and
    /// both insert. Threads that do both under one lock lose nothing.
    ///
    /// Start the threads after this, and lock nothing before they run: the
    /// adversary would wait for them to come. There is one adversary at a time;
    /// a second waits here until the first is dropped.
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
        let mut game = lock_game();
        let number = game.number + 1;
        *game = Game { number, expected: threads, ..Game::default() };
        Adversary { _hooked: Hooked::to(&HoldUp), _one_at_a_time: one }
    }
}

impl Drop for Adversary {
    fn drop(&mut self) {
        // The threads that are held up see that their game is over.
        lock_game().number += 1;
        MOVED.notify_all();
    }
}

/// What a thread knows of itself. It is dropped when the thread ends.
struct Player {
    /// The number of the game that it is in; 0 is none yet.
    game: Cell<u64>,
    /// The locks that it has, and how many times each had been taken by then.
    locks: RefCell<Vec<(usize, u64)>>,
    /// Set if it was held up in vain when it released one lock and kept
    /// another.
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
    /// Joins the game, if this thread is not in it yet.
    fn arrive(&self, game: &mut Game) {
        if self.game.replace(game.number) != game.number {
            game.arrived += 1;
            self.locks.borrow_mut().clear();
            self.in_vain.set(false);
            self.is_asleep.set(false);
        }
    }

    /// Holds this thread up until another has taken the `lock`, but not for
    /// ever.
    fn let_another_in(&self, lock: usize, taken: u64) {
        let keeps_another = || !self.locks.borrow().is_empty();
        // Another may need the very lock that this one keeps.
        if thread::panicking() || keeps_another() && self.in_vain.get() {
            return;
        }
        let overtaken = hold_up_until(self.game.get(), |game| {
            let all_here = game.arrived >= game.expected;
            // Then no other thread is left that could take it.
            let alone = game.arrived <= game.ended + game.asleep + 1;
            game.taken.get(&lock) != Some(&taken) || all_here && alone
        });
        if !overtaken && keeps_another() {
            self.in_vain.set(true);
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let mut game = lock_game();
        if self.game.get() == game.number {
            game.ended += 1;
            MOVED.notify_all();
        }
    }
}

/// The hook that holds threads up. Which of them gets a lock is left to std.
struct HoldUp;

impl Hook for HoldUp {
    fn knows_this_thread(&self) -> bool {
        PLAYER.try_with(|_| ()).is_ok()
    }

    fn decides(&self) -> bool {
        false
    }

    fn before_lock(&self) {
        update(|player, game| player.arrive(game));
    }

    fn after_lock(&self, lock: usize) {
        update(|player, game| {
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
                player.let_another_in(lock, taken);
            }
        });
    }

    fn before_wait(&self, lock: usize) {
        update(|player, game| {
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
    /// Notes that this thread has released the `lock`. Gives back how many
    /// times it had been taken by then, if this thread took it in this game.
    fn forget(&self, lock: usize) -> Option<u64> {
        let mut locks = self.locks.borrow_mut();
        let place = locks.iter().rposition(|(it, _)| *it == lock)?;
        Some(locks.remove(place).1)
    }
}

/// Waits until `is_so`, or until game `number` is over. Gives up after a while,
/// and gives back `false` then.
fn hold_up_until(number: u64, is_so: impl Fn(&Game) -> bool) -> bool {
    let began = Instant::now();
    let mut game = lock_game();
    while game.number == number && !is_so(&game) {
        let all_here = game.arrived >= game.expected;
        let patience = if all_here { TO_MOVE } else { TO_ARRIVE };
        let Some(left) = patience.checked_sub(began.elapsed()) else {
            // A thread that has not come by now is no longer expected.
            game.expected -= usize::from(!all_here);
            return false;
        };
        (game, _) = MOVED
            .wait_timeout(game, left)
            .unwrap_or_else(PoisonError::into_inner);
    }
    true
}

/// Changes what is known of this thread, and wakes those that are held up.
fn update(change: impl FnOnce(&Player, &mut Game)) {
    let _ = PLAYER.try_with(|player| change(player, &mut lock_game()));
    MOVED.notify_all();
}

fn lock_game() -> MutexGuard<'static, Game> {
    GAME.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
