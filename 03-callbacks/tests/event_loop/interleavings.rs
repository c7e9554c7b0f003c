//! All interleavings of a few threads: each is run, one step after another.
//!
//! A thread stops before it takes a lock, rings a bell or waits for one, and
//! says when it can go on. If several can, each of them goes on in one of the
//! runs. What lies between two such steps is no other thread's business, since
//! all that is shared is under a lock.

use std::cell::RefCell;
use std::convert::Infallible;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{self, Arc, Condvar, PoisonError};
use std::thread;

/// Runs what `scenario` gives in every order. Gives how many there are.
///
/// # Errors
///
/// If the threads wait for ever in one of them.
pub fn try_all<const N: usize>(
    scenario: impl Fn() -> [Box<dyn FnOnce() + Send>; N],
) -> Result<usize, Deadlock> {
    let mut path: Vec<Choice> = Vec::new();
    for count in 1.. {
        play(scenario().into(), &mut path)?;
        // The next one differs at the last choice that has another way left.
        while path.pop_if(|last| last.taken + 1 == last.of).is_some() {}
        match path.last_mut() {
            Some(last) => last.taken += 1,
            None => return Ok(count),
        }
    }
    unreachable!("it ends with the last path")
}

/// All threads that are left wait, and no other is left to wake them.
#[derive(Debug, PartialEq, Eq)]
pub struct Deadlock;

/// Which of the threads that could go on has done so.
struct Choice {
    taken: usize,
    of: usize,
}

/// A player is stopped before its next step until its condition holds.
enum Player {
    Stopped(Condition),
    Goes,
    Ended,
}

type Condition = Box<dyn Fn() -> bool + Send>;

#[derive(Default)]
struct Table {
    players: sync::Mutex<Vec<Player>>,
    changed: Condvar,
    /// Set if a run is given up: all its threads end.
    given_up: AtomicBool,
}

thread_local! {
    /// The table at which this thread plays, and its number.
    static SEAT: RefCell<Option<(Arc<Table>, usize)>> =
        const { RefCell::new(None) };
}

fn play(
    calls: Vec<Box<dyn FnOnce() + Send>>,
    path: &mut Vec<Choice>,
) -> Result<(), Deadlock> {
    let table = Arc::new(Table::default());
    for _ in &calls {
        table.players.lock().unwrap().push(Player::Goes);
    }
    let sit_down = |(number, call): (usize, Box<dyn FnOnce() + Send>)| {
        let table = table.clone();
        thread::spawn(move || {
            SEAT.set(Some((table.clone(), number)));
            step(|| true);
            let called = catch_unwind(AssertUnwindSafe(call));
            SEAT.set(None);
            table.put(number, Player::Ended);
            called
        })
    };
    let threads: Vec<_> = calls.into_iter().enumerate().map(sit_down).collect();
    table.deal(path)?;
    for thread in threads {
        thread.join().expect("panics are caught").unwrap_or_else(|why| {
            // What it asserts does not hold in this order.
            resume_unwind(why)
        });
    }
    Ok(())
}

impl Table {
    /// Lets one player go on at a time, until all have ended.
    fn deal(&self, path: &mut Vec<Choice>) -> Result<(), Deadlock> {
        for depth in 0.. {
            let players = self.players.lock().unwrap();
            let goes = |it: &Player| matches!(it, Player::Goes);
            let mut players = self
                .changed
                .wait_while(players, |all| all.iter().any(goes))
                .unwrap();
            let can_go = |player: &&mut Player| match player {
                Player::Stopped(condition) => condition(),
                _ => false,
            };
            let mut able: Vec<_> = players.iter_mut().filter(can_go).collect();
            let of = able.len();
            if of > 0 {
                if depth == path.len() {
                    path.push(Choice { taken: 0, of });
                }
                assert_eq!(path[depth].of, of, "the same steps every time");
                *able[path[depth].taken] = Player::Goes;
                self.changed.notify_all();
                continue;
            }
            let ended = |it: &Player| matches!(it, Player::Ended);
            if players.iter().all(ended) {
                return Ok(());
            }
            self.given_up.store(true, SeqCst);
            self.changed.notify_all();
            return Err(Deadlock);
        }
        unreachable!("it returns")
    }

    fn put(&self, number: usize, player: Player) {
        self.players.lock().unwrap()[number] = player;
        self.changed.notify_all();
    }
}

/// Another thread may go on here; this one can if the condition holds.
fn step(condition: impl Fn() -> bool + Send + 'static) {
    let seat = SEAT.with_borrow(Clone::clone);
    let Some((table, number)) = seat else { return };
    if table.given_up.load(SeqCst) {
        return;
    }
    table.put(number, Player::Stopped(Box::new(condition)));
    let stopped = |all: &mut Vec<Player>| {
        matches!(all[number], Player::Stopped(_))
            && !table.given_up.load(SeqCst)
    };
    let players = table.players.lock().unwrap();
    let players = table.changed.wait_while(players, stopped).unwrap();
    drop(players);
    if table.given_up.load(SeqCst) && !thread::panicking() {
        // This unwinds without a report. Destructors take no more steps.
        resume_unwind(Box::new("given up"));
    }
}

/// std's `Mutex`, with a step before it is locked.
pub struct Mutex<T> {
    inner: sync::Mutex<T>,
    is_locked: Arc<AtomicBool>,
}

pub struct MutexGuard<'a, T> {
    inner: sync::MutexGuard<'a, T>,
    is_locked: &'a AtomicBool,
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Mutex<T> {
        Mutex { inner: sync::Mutex::new(value), is_locked: Arc::default() }
    }

    pub fn lock(&self) -> Result<MutexGuard<'_, T>, Infallible> {
        let is_locked = self.is_locked.clone();
        step(move || !is_locked.load(SeqCst));
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_locked.store(true, SeqCst);
        Ok(MutexGuard { inner, is_locked: &self.is_locked })
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.is_locked.store(false, SeqCst);
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

/// A bell as the kernel's: a ring before the wait is not lost, and many are as
/// one.
#[derive(Clone, Default)]
pub struct Bell(Arc<AtomicBool>);

impl Bell {
    pub fn ring(&self) {
        step(|| true);
        self.0.store(true, SeqCst);
    }

    /// Waits until it has rung. From then on it has not.
    pub fn wait(&self) {
        let rung = self.0.clone();
        step(move || rung.load(SeqCst));
        self.0.store(false, SeqCst);
    }

    /// Silences it, whether it has rung or not.
    pub fn clear(&self) {
        step(|| true);
        self.0.store(false, SeqCst);
    }
}
