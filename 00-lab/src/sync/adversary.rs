//! The worst scheduler there is, so that a race is lost and a deadlock happens
//! always, not sometimes.

mod sleepers;

pub(super) use sleepers::Sleepers;

use std::cell::Cell;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// While this lives, the unlucky moment is the one that comes.
///
/// Of threads that have ended nothing is expected any more, and of those that
/// are busy elsewhere not for longer than 20 ms: nothing hangs by this.
#[must_use = "it plays until it is dropped"]
pub struct Adversary {
    _one_at_a_time: MutexGuard<'static, ()>,
}

/// How long to wait for a thread that has not been seen yet: it may still be
/// starting.
const TO_ARRIVE: Duration = Duration::from_millis(250);
/// How long to wait for one that may be busy elsewhere.
const TO_MOVE: Duration = Duration::from_millis(20);

/// How often a thread that has a lock is held up before a second one. Those who
/// give way instead of waiting might otherwise give way for ever.
const TIMES: usize = 10;

/// Set while an adversary plays.
static ON: AtomicBool = AtomicBool::new(false);
static GAME: Mutex<Game> = Mutex::new(NO_GAME);
/// Something changed: a lock was taken, a thread ended.
static MOVED: Condvar = Condvar::new();

/// What the adversary is after.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plot {
    /// Whoever lets go of a lock is overtaken.
    Overtake,
    /// Everybody has one lock, and wants another.
    Deadlock,
    /// Whoever waits to be notified wakes for nothing.
    Wake,
}

/// The threads that the adversary plays with.
struct Game {
    number: u64,
    plot: Plot,
    /// How many are to come.
    expected: usize,
    /// How many have taken a lock since it began, or wait for one.
    arrived: usize,
    /// How many of these have at least one, or wait.
    engaged: usize,
    /// How many of these wait to be notified, and have not been.
    asleep: usize,
    /// How many of these have ended.
    left: usize,
}

const NO_GAME: Game = Game {
    number: 0,
    plot: Plot::Overtake,
    expected: 0,
    arrived: 0,
    engaged: 0,
    asleep: 0,
    left: 0,
};

impl Adversary {
    /// Whoever releases a [`Mutex`](super::Mutex) does not go on until another
    /// of so many threads has had it.
    ///
    /// A decision made under one lock and acted on under the next is then
    /// always overtaken: two threads that check, release, and insert will both
    /// find nothing and both insert. Threads that do both under one lock lose
    /// nothing.
    ///
    /// A [`Condvar`](super::Condvar) shows another two faults. Whoever is
    /// notified comes last: another has the lock first, and what was notified
    /// may be gone again. And whoever notifies while it has no lock does not
    /// go on until one that it woke has looked: what was to be found must be
    /// there by then. (Waits with a limit are left alone.)
    ///
    /// Start the threads when it is there, and do not lock anything in between:
    /// it would wait for the others to come. There is one adversary at a time;
    /// a second waits here for its turn.
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
    pub fn among(threads: usize) -> Adversary {
        Adversary::after(Plot::Overtake, threads)
    }

    /// Whoever has a [`Mutex`](super::Mutex) does not get a second until each
    /// other of so many threads has one, too, or waits.
    ///
    /// Threads that can come to a deadlock by each taking one lock, and then
    /// wanting that of another, then do. Threads that cannot, do not.
    ///
    /// Start the threads when it is there; see [`among`](Adversary::among).
    ///
    /// ```
    /// use lab::sync::{Adversary, Mutex};
    ///
    /// let forks = [0, 1].map(Mutex::new);
    /// let both_have_tried = std::sync::Barrier::new(2);
    /// let _adversary = Adversary::each_holds_one(2);
    /// std::thread::scope(|s| {
    ///     for (mine, other) in [(0, 1), (1, 0)] {
    ///         let (forks, both_have_tried) = (&forks, &both_have_tried);
    ///         s.spawn(move || {
    ///             let _mine = forks[mine].lock().unwrap();
    ///             // `lock` would never come back.
    ///             assert!(forks[other].try_lock().is_err());
    ///             both_have_tried.wait();
    ///         });
    ///     }
    /// });
    /// ```
    pub fn each_holds_one(threads: usize) -> Adversary {
        Adversary::after(Plot::Deadlock, threads)
    }

    /// Of the [`wait`](super::Condvar::wait)s of each thread every other one,
    /// beginning with the first, ends at once, though nobody has notified.
    ///
    /// That is a *spurious wake-up*. Systems are allowed it, and do it so seldom
    /// that an `if` in the place of a `while` may go unnoticed for years.
    ///
    /// ```
    /// use lab::sync::{Adversary, Condvar, Mutex};
    ///
    /// let (jobs, more) = (Mutex::new(vec![0; 0]), Condvar::new());
    /// let _adversary = Adversary::wakes_for_nothing();
    /// let mut jobs = jobs.lock().unwrap();
    /// if jobs.is_empty() {
    ///     jobs = more.wait(jobs).unwrap();
    /// }
    /// assert_eq!(jobs.pop(), None, "awake, and there is nothing to do");
    /// ```
    pub fn wakes_for_nothing() -> Adversary {
        Adversary::after(Plot::Wake, 0)
    }

    fn after(plot: Plot, threads: usize) -> Adversary {
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut game = game();
        let number = game.number + 1;
        *game = Game { number, plot, expected: threads, ..NO_GAME };
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

/// A thread is about to try for a lock.
pub(super) fn tries() {
    let is_due = |player: &Player| player.is_due(&game());
    if ON.load(SeqCst) && PLAYER.try_with(is_due).unwrap_or(false) {
        hold_up(Plot::Deadlock, |game| {
            game.engaged + game.left >= game.expected
        });
    }
}

/// A thread has to wait: for a lock, or to be notified and then for its lock.
pub(super) fn waits() {
    play(|player| player.waits.set(true));
}

/// A thread has taken the lock whose turns these are.
pub(super) fn taken(turns: &AtomicU64) {
    // Who waits in `let_another_in` looks at this under GAME, and so is either
    // yet to look or already asleep when we notify.
    turns.fetch_add(1, SeqCst);
    play(|player| {
        player.waits.set(false);
        player.locks.update(|n| n + 1);
    });
}

/// A thread is about to release a lock. Gives back which turn it is: nobody
/// else can begin one before the lock is released.
pub(super) fn releases(turns: &AtomicU64) -> u64 {
    play(|player| player.locks.update(|n| n.saturating_sub(1)));
    turns.load(Relaxed)
}

/// Holds up the thread that released a lock until another has taken it.
pub(super) fn let_another_in(turns: &AtomicU64, turn: u64) {
    if ON.load(SeqCst) && !thread::panicking() {
        // Another may need the very lock that this one keeps.
        let in_vain = |it: &Player| it.locks.get() > 0 && it.in_vain.get();
        if PLAYER.try_with(in_vain).unwrap_or(false) {
            return;
        }
        let is_come = hold_up(Plot::Overtake, |game| {
            let all_here = game.arrived >= game.expected;
            let alone = game.arrived <= game.left + game.asleep + 1;
            turns.load(SeqCst) != turn || all_here && alone
        });
        if !is_come {
            let keeps = |it: &Player| {
                it.in_vain.update(|before| before || it.locks.get() > 0);
            };
            let _ = PLAYER.try_with(keeps);
        }
    }
}

/// A woken thread has the lock, and is to let another have it first. If so, gives
/// back which turn it is.
pub(super) fn comes_last(turns: &AtomicU64) -> Option<u64> {
    let comes_last = ON.load(SeqCst) && game().plot == Plot::Overtake;
    comes_last.then(|| {
        let before = turns.fetch_add(1, SeqCst);
        play(|_| ());
        before + 1
    })
}

/// Set if this wait is to end though nobody notifies.
pub(super) fn wakes_for_nothing() -> bool {
    let mut wakes = false;
    if ON.load(SeqCst) && game().plot == Plot::Wake {
        play(|player| wakes = !player.woken.replace(!player.woken.get()));
    }
    wakes
}

/// Waits for what the adversary is after, but not for ever: gives back `false`
/// if it has given up.
fn hold_up(plot: Plot, is_come: impl Fn(&Game) -> bool) -> bool {
    let began = Instant::now();
    let mut game = game();
    while game.plot == plot && ON.load(SeqCst) && !is_come(&game) {
        let all_here = game.arrived >= game.expected;
        let patience = if all_here { TO_MOVE } else { TO_ARRIVE };
        let Some(left) = patience.checked_sub(began.elapsed()) else {
            // Whoever was expected and is not here by now counts as one less.
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
fn play(change: impl FnOnce(&Player)) {
    if ON.load(SeqCst) {
        let _ = PLAYER.try_with(|player| {
            let mut game = game();
            player.arrive(&mut game);
            game.engaged -= usize::from(player.is_engaged());
            change(player);
            game.engaged += usize::from(player.is_engaged());
        });
        MOVED.notify_all();
    }
}

fn game() -> MutexGuard<'static, Game> {
    GAME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread in its part as a player, which ends with the thread.
struct Player {
    /// The game it plays; none yet is 0.
    game: Cell<u64>,
    /// How many locks it has.
    locks: Cell<usize>,
    /// How often it has tried for another.
    seconds: Cell<usize>,
    /// Set if it was held up in vain when it let go of one and kept another.
    in_vain: Cell<bool>,
    /// Set while it waits.
    waits: Cell<bool>,
    /// Set if its last wait ended for nothing.
    woken: Cell<bool>,
}

thread_local! {
    static PLAYER: Player = const {
        Player {
            game: Cell::new(0),
            locks: Cell::new(0),
            seconds: Cell::new(0),
            in_vain: Cell::new(false),
            waits: Cell::new(false),
            woken: Cell::new(false),
        }
    };
}

impl Player {
    fn arrive(&self, game: &mut Game) {
        if self.game.replace(game.number) != game.number {
            game.arrived += 1;
            self.locks.set(0);
            self.seconds.set(0);
            self.in_vain.set(false);
            self.waits.set(false);
            self.woken.set(false);
        }
    }

    /// Counts a try for a second lock; set if it is to be held up.
    fn is_due(&self, game: &Game) -> bool {
        let plays = self.game.get() == game.number;
        let is_second = plays && self.locks.get() > 0;
        self.seconds.update(|n| n + usize::from(is_second));
        is_second && self.seconds.get() <= TIMES
    }

    fn is_engaged(&self) -> bool {
        self.locks.get() > 0 || self.waits.get()
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let mut game = game();
        if self.game.get() == game.number {
            game.left += 1;
            game.engaged -= usize::from(self.is_engaged());
            MOVED.notify_all();
        }
    }
}
