//! Whose turn it is, and what the other threads wait for.

use super::look;
use super::order::Choice;
use super::{Failure, Run};
use lab::sync::hook::Hook;
use std::cell::{Cell, RefCell};
use std::mem;
use std::sync::atomic::{
    AtomicBool, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// The thread that made the schedule.
const FIRST: usize = 0;

/// So often a thread may come to a lock with nothing done in between, if no
/// other can go on. The right answers that we know need half of it.
const FEW_LOCKS: usize = 30;
/// And so often, for each thread that there is, if others can.
const MANY_LOCKS: usize = 40;

/// One that is found asleep in its turn so often, and comes to a lock all the
/// same, sleeps between two looks.
const FEW_SLEEPS: usize = 3;

/// For how long a thread rests, on the clock of the schedule. A thread that
/// looks more often than [`FEW_WAKES`] times meanwhile asks again and again.
const REST: Duration = Duration::from_millis(30);
const FEW_WAKES: usize = 10;
/// A limit as long as that is for what never happens.
const AN_HOUR: Duration = Duration::from_secs(3600);
/// So often a wait may end by its limit, one after another, before it is taken
/// that nothing comes of it.
const FEW_LATE: usize = 3;

/// How long to wait for the next step before looking what keeps it.
const PAUSE: Duration = Duration::from_millis(10);
/// So many looks have to find the thread asleep,
const FEW_LOOKS: usize = 10;
/// or have used so much CPU.
const MUCH_CPU: u64 = 100_000_000;

/// A wait ends for nothing at one of this many steps,
const WAKES_ONE_IN: usize = 4;
/// and this many times at most in a schedule.
const MOST_WAKES: usize = 3;

/// What a thread does while it is not its turn.
pub(super) enum Does {
    /// It could go on.
    Ready,
    WaitsForLock(usize),
    /// It waits to be notified, until this time at most.
    Waits(usize, Option<Duration>),
    /// It waits until this is so.
    Until(Box<dyn Fn() -> bool + Send>),
    /// It waits until this thread has ended,
    Joins(usize),
    /// or until all have.
    ExpectsTheEnd,
    /// It waits until no other can go on,
    Settles,
    /// and then for longer than most waits may take.
    Rests,
    Ended,
}

struct Player {
    name: String,
    /// To be unparked; not known before it has been started.
    thread: Option<thread::Thread>,
    /// The number that the system has for it.
    id: Arc<OnceLock<String>>,
    does: Does,
    has_waited: bool,
    /// Set if it has just been chosen, and done nothing since: another could
    /// have gone on here.
    is_fresh: bool,
    /// Set if its last wait ended by its limit.
    is_late: bool,
    /// How often it has come to a lock, and how often a wait of it has ended by
    /// its limit, since something was done.
    asked: usize,
    was_late: usize,
    /// How often it was found asleep in its turn.
    slept: usize,
}

pub(super) struct Turns {
    is_quiet: bool,
    /// The thread that has its turn. Stored with `Release` by the one that had
    /// it before: what that one did is seen by the one that loads it.
    turn: AtomicUsize,
    steps: AtomicUsize,
    table: Mutex<Table>,
}

struct Table {
    players: Vec<Player>,
    choice: Choice,
    failure: Option<Failure>,
    /// The time that waits with a limit go by.
    clock: Duration,
    /// The first thread that went on by its limit, when no other could.
    time_is_up: Option<String>,
    /// How many waits may yet end for nothing.
    wakes: usize,
    rest: Option<Rest>,
}

/// What is yet to happen before a rest is over.
struct Rest {
    /// All waits end for nothing.
    wakes: bool,
    /// All waits end by their limit, if it is less than an hour.
    limits: bool,
    until: Duration,
}

/// Set if a thread of nobody's came to a lock.
static STRANGER: AtomicBool = AtomicBool::new(false);

pub(super) fn has_strangers() -> bool {
    STRANGER.load(Relaxed)
}

thread_local! {
    static PLAYS: RefCell<Option<(Arc<Turns>, usize)>> =
        const { RefCell::new(None) };
    static HAS_PLAYED: Cell<bool> = const { Cell::new(false) };
}

/// This thread takes part, until the guard is dropped.
pub(super) fn plays(turns: &Arc<Turns>, number: usize) -> Plays {
    PLAYS.set(Some((Arc::clone(turns), number)));
    HAS_PLAYED.set(true);
    Plays(())
}

pub(super) struct Plays(());

impl Drop for Plays {
    fn drop(&mut self) {
        PLAYS.set(None);
    }
}

fn this_one() -> Option<(Arc<Turns>, usize)> {
    PLAYS.try_with(|plays| plays.borrow().clone()).ok().flatten()
}

/// Set if this thread is one of a schedule that nobody has asked about, and not
/// the first.
pub(super) fn is_quiet() -> bool {
    this_one().is_some_and(|(turns, me)| turns.is_quiet && me != FIRST)
}

/// Another thread may go on here. And something was done, so that a thread
/// which comes to a lock may be after something new. Does nothing in a thread
/// that no schedule has started.
pub fn step() {
    if let Some((turns, me)) = this_one() {
        turns.table().something_is_done();
        turns.go(me, Does::Ready);
        turns.table().players[me].is_fresh = true;
    }
}

/// Waits until something `is_so` that other threads bring about. It is looked at
/// between steps, so it is not to take turns itself.
///
/// # Panics
/// In a thread that no schedule has started.
pub fn wait_until(is_so: impl Fn() -> bool + Send + 'static) {
    let (turns, me) = this_one().expect("a thread of a schedule");
    turns.table().something_is_done();
    turns.go(me, Does::Until(Box::new(is_so)));
}

impl Turns {
    pub fn new(run: Run) -> Turns {
        STRANGER.store(false, Relaxed);
        let mut choice = Choice::new(run);
        let wakes = choice.dice.below(MOST_WAKES + 1);
        let turns = Turns {
            is_quiet: run.is_quiet,
            turn: AtomicUsize::new(FIRST),
            steps: AtomicUsize::new(0),
            table: Mutex::new(Table {
                players: Vec::new(),
                choice,
                failure: None,
                clock: Duration::ZERO,
                time_is_up: None,
                wakes,
                rest: None,
            }),
        };
        let first = turns.expect("the check");
        turns.started(first, thread::current(), Arc::default());
        turns
    }

    /// One more thread; gives back its number.
    pub fn expect(&self, name: &str) -> usize {
        let mut table = self.table();
        table.something_is_done();
        table.choice.expect();
        table.players.push(Player {
            name: name.to_owned(),
            thread: None,
            id: Arc::default(),
            is_fresh: false,
            does: Does::Ready,
            has_waited: false,
            is_late: false,
            asked: 0,
            was_late: 0,
            slept: 0,
        });
        table.players.len() - 1
    }

    /// This is the thread, and there the number that the system has for it.
    pub fn started(
        &self,
        number: usize,
        thread: thread::Thread,
        id: Arc<OnceLock<String>>,
    ) {
        let player = &mut self.table().players[number];
        (player.thread, player.id) = (Some(thread), id);
    }

    pub fn is_done(&self, number: usize) -> bool {
        matches!(self.table().players[number].does, Does::Ended)
    }

    pub fn has_waited(&self, number: usize) -> bool {
        self.table().players[number].has_waited
    }

    /// At how many steps there was a choice.
    pub fn steps(&self) -> usize {
        self.table().choice.steps
    }

    pub fn time_is_up(&self) -> Option<String> {
        self.table().time_is_up.clone()
    }

    /// The first thread does this until it has its turn again.
    pub fn leave(&self, does: Does) -> Result<(), Failure> {
        self.table().something_is_done();
        self.go(FIRST, does);
        self.table().failure.clone().map_or(Ok(()), Err)
    }

    /// This thread does something until it has its turn again.
    fn go(&self, me: usize, does: Does) {
        if self.turn.load(Acquire) != me {
            // All is over, and this one went on all the same.
            return self.wait_for_turn(me);
        }
        let mut table = self.table();
        if table.failure.is_none() {
            table.players[me].does = does;
            self.hand_over(table, me);
            self.wait_for_turn(me);
        }
    }

    /// Another may go on here, unless this one has just been chosen.
    fn may_go(&self, me: usize) {
        if !mem::take(&mut self.table().players[me].is_fresh) {
            self.go(me, Does::Ready);
        }
    }

    fn hand_over(&self, mut table: MutexGuard<'_, Table>, me: usize) {
        let next = table.next();
        self.steps.fetch_add(1, Relaxed);
        if next != me {
            self.turn.store(next, Release);
            let thread = table.players[next].thread.clone();
            drop(table);
            thread.expect("it has been started").unpark();
        }
    }

    /// When all is over, only the first ever has its turn.
    pub fn wait_for_turn(&self, me: usize) {
        if me == FIRST {
            return self.watch_until_turn();
        }
        while self.turn.load(Acquire) != me {
            thread::park();
        }
    }

    /// The first thread sees to it that the others come to their next step.
    fn watch_until_turn(&self) {
        let mut seen = (usize::MAX, 0, 0);
        while self.turn.load(Acquire) != FIRST {
            thread::park_timeout(PAUSE);
            let running = self.turn.load(Acquire);
            let step = self.steps.load(Relaxed);
            let Some(look) = self.look_at(running) else { continue };
            let (last, ran, looks) = seen;
            seen = match last == step {
                true => (step, ran, looks + usize::from(look.is_asleep)),
                false => (step, look.ran, 0),
            };
            let (_, ran, looks) = seen;
            if look.is_asleep {
                self.table().players[running].slept += 1;
            }
            let name = || self.table().players[running].name.clone();
            if has_strangers() {
                self.is_over(step, Failure::Stranger);
            } else if looks > FEW_LOOKS {
                self.is_over(step, Failure::Sleeps(name()));
            } else if look.ran.saturating_sub(ran) > MUCH_CPU {
                self.is_over(step, Failure::Asks(name()));
            }
        }
    }

    fn look_at(&self, running: usize) -> Option<look::Look> {
        let id = Arc::clone(&self.table().players.get(running)?.id);
        look::at(id.get()?)
    }

    /// Unless there has been another step since.
    fn is_over(&self, step: usize, failure: Failure) {
        let mut table = self.table();
        if self.steps.load(Relaxed) == step {
            table.failure.get_or_insert(failure);
            self.turn.store(FIRST, Release);
        }
    }

    /// This thread begins, when it has its turn.
    pub fn begins(&self, me: usize) {
        self.wait_for_turn(me);
        self.table().players[me].is_fresh = true;
    }

    /// This thread ends, by a panic with this text perhaps.
    pub fn ends(&self, me: usize, panic: Option<String>) {
        if self.turn.load(Acquire) != me {
            return;
        }
        let mut table = self.table();
        table.something_is_done();
        table.players[me].does = Does::Ended;
        if let Some(why) = panic {
            let name = table.players[me].name.clone();
            table.failure.get_or_insert(Failure::Panics(name, why));
        }
        self.hand_over(table, me);
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Which thread is next: the first, if all is over.
    fn next(&mut self) -> usize {
        while self.failure.is_none() {
            let mut ready = self.ready();
            if !ready.is_empty() && self.wakes_one_for_nothing() {
                ready = self.ready();
            }
            match ready[..] {
                [] if self.time_passes() => {}
                [] => self.fails(match has_strangers() {
                    true => Failure::Stranger,
                    false => Failure::Hangs,
                }),
                _ => match self.only_asks(&ready) {
                    Some(name) => self.fails(Failure::Asks(name)),
                    None => {
                        let next = self.choice.of(&ready);
                        self.players[next].does = Does::Ready;
                        return next;
                    }
                },
            }
        }
        FIRST
    }

    fn fails(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    fn ready(&self) -> Vec<usize> {
        let has_ended = |it: &Player| matches!(it.does, Does::Ended);
        let is_ready = |number: usize| match &self.players[number].does {
            Does::Ready => true,
            Does::Until(is_so) => is_so(),
            Does::Joins(other) => has_ended(&self.players[*other]),
            Does::ExpectsTheEnd => {
                let mut others = self.players.iter().enumerate();
                others.all(|(it, player)| it == number || has_ended(player))
            }
            _ => false,
        };
        (0..self.players.len()).filter(|&it| is_ready(it)).collect()
    }

    /// The name of a thread that has come to a lock so often that it never ends.
    fn only_asks(&self, ready: &[usize]) -> Option<String> {
        let asked = |&&it: &&usize| self.players[it].asked;
        let most = ready.iter().max_by_key(asked)?;
        let all: usize = self.players.iter().map(|it| it.asked).sum();
        let alone = ready.len() == 1 && asked(&most) > FEW_LOCKS;
        let sleeps = |it: &&Player| it.slept > FEW_SLEEPS && it.asked > 1;
        if let Some(sleeper) = self.players.iter().find(sleeps) {
            return Some(sleeper.name.clone());
        }
        (alone || all > MANY_LOCKS * self.players.len())
            .then(|| self.players[*most].name.clone())
    }

    fn something_is_done(&mut self) {
        for player in &mut self.players {
            (player.asked, player.was_late) = (0, 0);
        }
    }

    fn waiting(&self) -> Vec<usize> {
        let waits =
            |it: &usize| matches!(self.players[*it].does, Does::Waits(..));
        (0..self.players.len()).filter(waits).collect()
    }

    /// Those that wait with a limit, and when that is.
    fn limits(&self) -> Vec<(Duration, usize)> {
        let players = self.players.iter().enumerate();
        let limits = players.filter_map(|(number, player)| match player.does {
            Does::Waits(_, Some(limit)) => Some((limit, number)),
            _ => None,
        });
        limits.collect()
    }

    fn goes_on(&mut self, number: usize, is_late: bool) {
        let player = &mut self.players[number];
        (player.does, player.is_late) = (Does::Ready, is_late);
        player.was_late += usize::from(is_late);
    }

    fn wakes_one_for_nothing(&mut self) -> bool {
        let waiting = self.waiting();
        let comes = self.wakes > 0
            && !waiting.is_empty()
            && self.choice.dice.below(WAKES_ONE_IN) == 0;
        if comes {
            self.wakes -= 1;
            let woken = self.choice.dice.one_of(&waiting);
            self.goes_on(woken, false);
        }
        comes
    }

    /// No thread can go on: what comes by itself? Set if something does.
    fn time_passes(&mut self) -> bool {
        let settles = |it: &Player| matches!(it.does, Does::Settles);
        if let Some(settled) = self.players.iter().position(settles) {
            self.players[settled].does = Does::Ready;
            return true;
        }
        let rests = |it: &Player| matches!(it.does, Does::Rests);
        let Some(resting) = self.players.iter().position(rests) else {
            return self.one_is_late();
        };
        let (dice, clock) = (&mut self.choice.dice, self.clock);
        let is_first = self.choice.is_first;
        let rest = self.rest.get_or_insert_with(|| Rest {
            wakes: is_first || dice.below(2) == 0,
            limits: dice.below(2) == 0,
            until: clock + REST,
        });
        let until = rest.until;
        if mem::take(&mut rest.wakes) {
            for number in self.waiting() {
                self.goes_on(number, false);
            }
        } else if mem::take(&mut rest.limits) {
            let soon = self.clock + AN_HOUR;
            for (at, number) in self.limits() {
                if at < soon {
                    self.goes_on(number, true);
                }
            }
        } else if let Some((at, number)) = self.limits().into_iter().min()
            && at <= until
        {
            self.clock = self.clock.max(at);
            self.goes_on(number, true);
            if self.players[number].was_late > FEW_WAKES {
                let name = self.players[number].name.clone();
                self.fails(Failure::Asks(name));
            }
        } else {
            self.clock = until;
            self.rest = None;
            self.players[resting].does = Does::Ready;
        }
        true
    }

    /// Nobody is left to wake a thread that waits with a limit. Set if there is
    /// such a thread, and it may still come to something.
    fn one_is_late(&mut self) -> bool {
        let Some((at, number)) = self.limits().into_iter().min() else {
            return false;
        };
        if self.players[number].was_late >= FEW_LATE {
            return false;
        }
        self.clock = self.clock.max(at);
        self.goes_on(number, true);
        let name = &self.players[number].name;
        self.time_is_up.get_or_insert_with(|| name.clone());
        true
    }
}

/// The hook that hands over turns.
pub(super) struct Ours;
pub(super) static OURS: Ours = Ours;

impl Hook for Ours {
    fn knows_this_thread(&self) -> bool {
        let plays = this_one().is_some();
        // The last destructors of a thread may use a lock.
        if !plays && !HAS_PLAYED.try_with(Cell::get).unwrap_or(true) {
            STRANGER.store(true, Relaxed);
        }
        plays
    }

    fn decides(&self) -> bool {
        true
    }

    fn after_lock(&self, _lock: usize) {}

    fn before_lock(&self) {
        // While it panics, it goes on to its end.
        if let Some((turns, me)) = this_one()
            && !thread::panicking()
        {
            turns.table().players[me].asked += 1;
            turns.may_go(me);
        }
    }

    fn before_wait(&self, _lock: usize) {
        if let Some((turns, me)) = this_one() {
            turns.may_go(me);
        }
    }

    fn wait_for_lock(&self, lock: usize) {
        let (turns, me) = this_one().expect("a thread of a schedule");
        let failure = turns.table().failure.clone();
        if me == FIRST
            && let Some(failure) = failure
        {
            panic!("a lock is left locked: {failure}");
        }
        turns.table().players[me].has_waited = true;
        turns.go(me, Does::WaitsForLock(lock));
    }

    fn after_release(&self, lock: usize) {
        // What it does next is a step of its own.
        if let Some((turns, _)) = this_one() {
            turns.table().is_free(lock);
        }
    }

    fn wait(
        &self,
        lock: usize,
        condvar: usize,
        limit: Option<Duration>,
    ) -> bool {
        let (turns, me) = this_one().expect("a thread of a schedule");
        let mut table = turns.table();
        table.is_free(lock);
        table.players[me].has_waited = true;
        table.players[me].is_late = false;
        let until = limit.map(|limit| table.clock.saturating_add(limit));
        drop(table);
        turns.go(me, Does::Waits(condvar, until));
        turns.table().players[me].is_late
    }

    fn notify(&self, condvar: usize, all: bool) {
        let Some((turns, me)) = this_one() else { return };
        if !thread::panicking() {
            turns.may_go(me);
        }
        let mut table = turns.table();
        let players = table.players.iter().enumerate();
        let waiting =
            players.filter_map(|(number, player)| match player.does {
                Does::Waits(here, _) if here == condvar => Some(number),
                _ => None,
            });
        let mut waiting: Vec<_> = waiting.collect();
        if !all && !waiting.is_empty() {
            waiting = vec![table.choice.dice.one_of(&waiting)];
        }
        for number in waiting {
            table.goes_on(number, false);
        }
    }
}

impl Table {
    fn is_free(&mut self, lock: usize) {
        for player in &mut self.players {
            if matches!(player.does, Does::WaitsForLock(it) if it == lock) {
                player.does = Does::Ready;
            }
        }
    }
}
