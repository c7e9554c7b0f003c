//! The worst scheduler there is, so that a race is lost always, not sometimes.

use std::cell::Cell;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// While this lives, whoever releases a [`Mutex`](super::Mutex) does not go on
/// until another thread has had it.
///
/// A decision made under one lock and acted on under the next is then always
/// overtaken: two threads that check, release, and insert will both find
/// nothing and both insert. Threads that do both under one lock lose nothing.
///
/// Of threads that have ended nothing is expected any more, and of those that
/// are busy elsewhere not for longer than 20 ms: nothing hangs by this.
///
/// ```
/// use lab::sync::{Adversary, Mutex};
///
/// let seen = Mutex::new(0);
/// let _adversary = Adversary::among(2);
/// std::thread::scope(|s| {
///     for _ in 0..2 {
///         s.spawn(|| {
///             let before = *seen.lock().unwrap();
///             *seen.lock().unwrap() = before + 1;
///         });
///     }
/// });
/// assert_eq!(*seen.lock().unwrap(), 1, "one of two updates is lost");
/// ```
#[must_use = "it plays until it is dropped"]
pub struct Adversary {
    _one_at_a_time: MutexGuard<'static, ()>,
}

/// How long to wait for a thread that has not been seen yet: it may still be
/// starting.
const TO_ARRIVE: Duration = Duration::from_millis(250);
/// How long to wait for one that may be busy elsewhere.
const TO_MOVE: Duration = Duration::from_millis(20);

/// Set while an adversary plays.
static ON: AtomicBool = AtomicBool::new(false);
static GAME: Mutex<Game> =
    Mutex::new(Game { number: 0, expected: 0, arrived: 0, left: 0 });
/// Something changed: a lock was taken, a thread ended.
static MOVED: Condvar = Condvar::new();

/// The threads that the adversary plays with.
struct Game {
    number: u64,
    /// How many are to come.
    expected: usize,
    /// How many have taken a lock since it began.
    arrived: usize,
    /// How many of these have ended.
    left: usize,
}

impl Adversary {
    /// Plays with so many threads. Start them when it is there, and do not
    /// lock anything in between: it would wait for the others to come.
    ///
    /// There is one adversary at a time; a second waits here for its turn.
    pub fn among(threads: usize) -> Adversary {
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut game = game();
        let number = game.number + 1;
        *game = Game { number, expected: threads, arrived: 0, left: 0 };
        ON.store(true, SeqCst);
        Adversary { _one_at_a_time: one }
    }
}

impl Drop for Adversary {
    fn drop(&mut self) {
        ON.store(false, SeqCst);
        drop(game());
        MOVED.notify_all();
    }
}

/// A thread has taken the lock whose turns these are.
pub(super) fn taken(turns: &AtomicU64) {
    // Who waits in `let_another_in` looks at this under GAME, and so is either
    // yet to look or already asleep when we notify.
    turns.fetch_add(1, SeqCst);
    if ON.load(SeqCst) {
        let _ = PLAYER.try_with(|player| player.arrive(&mut game()));
        MOVED.notify_all();
    }
}

/// Which turn it is. Nobody else can begin one before the lock is released.
pub(super) fn turn(turns: &AtomicU64) -> u64 {
    turns.load(Relaxed)
}

/// Holds up the thread that released a lock until another has taken it.
pub(super) fn let_another_in(turns: &AtomicU64, turn: u64) {
    if !ON.load(SeqCst) || thread::panicking() {
        return;
    }
    let began = Instant::now();
    let mut game = game();
    while turns.load(SeqCst) == turn && ON.load(SeqCst) {
        let all_here = game.arrived >= game.expected;
        if all_here && game.arrived - game.left <= 1 {
            return;
        }
        let patience = if all_here { TO_MOVE } else { TO_ARRIVE };
        let Some(left) = patience.checked_sub(began.elapsed()) else {
            // Whoever was expected and is not here by now counts as one less.
            game.expected -= usize::from(!all_here);
            return;
        };
        (game, _) = MOVED
            .wait_timeout(game, left)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

fn game() -> MutexGuard<'static, Game> {
    GAME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread in its part as a player, which ends with the thread.
struct Player {
    /// The game it plays; none yet is 0.
    game: Cell<u64>,
}

thread_local! {
    static PLAYER: Player = const { Player { game: Cell::new(0) } };
}

impl Player {
    fn arrive(&self, game: &mut Game) {
        if self.game.replace(game.number) != game.number {
            game.arrived += 1;
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
