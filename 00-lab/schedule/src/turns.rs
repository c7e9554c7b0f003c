//! Handing the turn from one thread of a schedule to the next.

use super::crew::Number;
use super::finding::Finding;
use super::order::{Basis, Choice};
use super::player::{Does, FIRST, has_strangers};
use super::table::Table;
use std::mem;
use std::sync::atomic::{
    AtomicBool, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
use watchdog::threads::{self, Look};

/// How long to wait for the next step before looking why it does not come.
const PAUSE: Duration = Duration::from_millis(10);
/// A thread that keeps its turn sleeps if more looks than this find it asleep.
const FEW_LOOKS: usize = 10;
/// A thread that keeps its turn spins if it uses more CPU time than this, in
/// nanoseconds.
const MUCH_CPU: u64 = 100_000_000;
/// A thread spins if it uses more CPU time than this for each step of its
/// schedule, in nanoseconds. Most steps take a few thousand.
const MUCH_FOR_A_STEP: u64 = 200_000;

/// The threads of a schedule, of which one has its turn.
pub(super) struct Turns {
    /// Set if the panics of its threads are not reported.
    pub is_quiet: bool,
    /// Set if another thread may go on while one holds a lock, and where it has
    /// released it. The first thread sets it, and hands over its turn before
    /// another looks.
    pub holds_up: AtomicBool,
    /// Set if the CPU time of its threads is measured.
    measures: bool,
    /// The thread that has its turn. Stored with `Release` by the thread that
    /// had it before: what that one did is seen by the one that loads it.
    turn: AtomicUsize,
    steps: AtomicUsize,
    table: Mutex<Table>,
}

impl Turns {
    pub fn new(basis: Basis, is_quiet: bool, measures: bool) -> Turns {
        let turns = Turns {
            is_quiet,
            holds_up: AtomicBool::new(false),
            measures,
            turn: AtomicUsize::new(FIRST),
            steps: AtomicUsize::new(0),
            table: Mutex::new(Table::new(Choice::new(basis))),
        };
        let first = turns.table().add_player("the check");
        turns.note_thread(first, thread::current(), Number::default());
        turns
    }

    /// The thread that plays as `player` has been started; `number` is what the
    /// system calls it.
    pub fn note_thread(&self, player: usize, thread: Thread, number: Number) {
        let ran_before = self.measures.then(|| ran(&number)).flatten();
        let player = &mut self.table().players[player];
        (player.thread, player.number) = (Some(thread), number);
        player.ran_before = ran_before;
    }

    /// A thread that has used much CPU time for each step, if there is one, and
    /// if that is measured.
    pub fn find_spinner(&self) -> Option<Finding> {
        let much = MUCH_FOR_A_STEP * self.steps.load(Relaxed) as u64;
        let players = &self.table().players;
        let mut others = players.iter().skip(FIRST + 1);
        let spins = others.find(|it| {
            let before = it.ran_before.zip(ran(&it.number));
            before.is_some_and(|(before, now)| now > before + much)
        });
        spins.map(|it| Finding::Asks(it.name.clone()))
    }

    pub fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first thread does this until it has its turn again.
    pub fn wait_as_first(&self, does: Does) -> Result<(), Finding> {
        self.table().note_progress();
        self.give_way(FIRST, does);
        self.table().finding.clone().map_or(Ok(()), Err)
    }

    /// Thread `me` does this until it has its turn again.
    pub fn give_way(&self, me: usize, does: Does) {
        if self.turn.load(Acquire) != me {
            // The schedule is over, and this thread went on all the same.
            return self.wait_for_turn(me);
        }
        let mut table = self.table();
        if table.finding.is_none() {
            table.players[me].does = does;
            self.hand_over(table, me);
            self.wait_for_turn(me);
        }
    }

    /// Another thread may go on here, unless `me` has just been chosen.
    pub fn may_give_way(&self, me: usize) {
        if !mem::take(&mut self.table().players[me].is_fresh) {
            self.give_way(me, Does::Ready);
        }
    }

    /// Hands the turn of thread `me` to the thread that is chosen next.
    fn hand_over(&self, mut table: MutexGuard<'_, Table>, me: usize) {
        let next = table.choose();
        self.steps.fetch_add(1, Relaxed);
        if next != me {
            self.turn.store(next, Release);
            let thread = table.players[next].thread.clone();
            drop(table);
            thread.expect("it has been started").unpark();
        }
    }

    /// Waits for the turn of thread `me`. Once the schedule is over, only the
    /// first thread has another.
    fn wait_for_turn(&self, me: usize) {
        if me == FIRST {
            return self.watch_until_turn();
        }
        while self.turn.load(Acquire) != me {
            thread::park();
        }
    }

    /// The first thread waits for its turn, and sees to it that the others come
    /// to their next step.
    fn watch_until_turn(&self) {
        // The step at the last look; the CPU time of its thread at the first
        // look at this step; how many looks have found it asleep since.
        let mut seen = (usize::MAX, 0, 0);
        while self.turn.load(Acquire) != FIRST {
            let began = Instant::now();
            thread::park_timeout(PAUSE);
            // It came back early, since it was unparked: for this turn, or for
            // one before. No look then: a look costs more than a turn.
            if began.elapsed() < PAUSE {
                continue;
            }
            // Look at the thread that has its turn.
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
                let player = &mut self.table().players[running];
                player.slept += 1;
                player.slept_in_all += 1;
            }
            // If it sleeps or spins, it will hardly come to its next step.
            let name = || self.table().players[running].name.clone();
            if has_strangers() {
                self.end_at(step, Finding::Stranger);
            } else if looks > FEW_LOOKS {
                self.end_at(step, Finding::Sleeps(name()));
            } else if look.ran.saturating_sub(ran) > MUCH_CPU {
                self.end_at(step, Finding::Asks(name()));
            }
        }
    }

    fn look_at(&self, player: usize) -> Option<Look> {
        let number = Arc::clone(&self.table().players.get(player)?.number);
        threads::look_at(number.get()?)
    }

    /// Ends the schedule because of this, unless there was another step since
    /// `step`.
    fn end_at(&self, step: usize, finding: Finding) {
        let mut table = self.table();
        if self.steps.load(Relaxed) == step {
            table.note(finding);
            self.turn.store(FIRST, Release);
        }
    }

    /// Thread `me` begins, when it has its turn.
    pub fn begin(&self, me: usize) {
        self.wait_for_turn(me);
        self.table().players[me].is_fresh = true;
    }

    /// Thread `me` ends, perhaps by a panic with this text.
    pub fn end(&self, me: usize, panic: Option<String>) {
        if self.turn.load(Acquire) != me {
            return;
        }
        let mut table = self.table();
        table.note_progress();
        table.players[me].does = Does::Ended;
        if let Some(why) = panic {
            let name = table.players[me].name.clone();
            table.note(Finding::Panics(name, why));
        }
        self.hand_over(table, me);
    }
}

/// For how many nanoseconds the thread with this number has run.
fn ran(number: &Number) -> Option<u64> {
    Some(threads::look_at(number.get()?)?.ran)
}
