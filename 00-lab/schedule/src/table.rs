//! The threads of a schedule: which of them can go on, and which is next.

use super::finding::Finding;
use super::order::Choice;
use super::player::{Does, FIRST, Player, forget_strangers, has_strangers};
use std::mem;
use std::time::Duration;

/// A thread asks again and again if it comes to a lock more often than this,
/// while nothing is done in between and no other thread can go on. The right
/// answers that we know need half of that.
const FEW_LOCKS: usize = 30;
/// The same while others can go on, for each thread of the schedule.
const MANY_LOCKS: usize = 40;

/// A thread that was found asleep in its turn more often than this, and comes
/// to a lock again, sleeps and looks by turns, where it should wait.
const FEW_SLEEPS: usize = 3;

/// For how long a thread rests, on the clock of the schedule. A thread whose
/// waits end more than [`FEW_WAKES`] times meanwhile asks again and again.
const REST: Duration = Duration::from_millis(30);
const FEW_WAKES: usize = 10;
/// A limit that is further away is for what never happens. Each rest brings it
/// nearer, so a limit of an hour has to stay beyond this through many rests.
const FAR: Duration = Duration::from_secs(1800);
/// A thread that is notified more often than this, with nothing done in
/// between, is notified for nothing.
const MANY_NOTIFIES: usize = 60;
/// After this many waits of a thread that end by their limit, one after
/// another, nothing is expected of the next.
const FEW_LATE: usize = 3;

/// At one of this many steps, a wait ends though it was not notified.
const WAKES_ONE_IN: usize = 4;
/// The most waits of a schedule that end so.
const MOST_WAKES: usize = 3;

/// The threads of one schedule.
pub(super) struct Table {
    pub players: Vec<Player>,
    pub choice: Choice,
    /// What went wrong first; the schedule is over then.
    pub finding: Option<Finding>,
    /// The time of the schedule: waits with a limit go by it.
    clock: Duration,
    /// The first thread that went on by its limit, when no other could.
    pub time_is_up: Option<String>,
    /// How many waits may yet end though they were not notified.
    wakes: usize,
    rest: Option<Rest>,
}

/// What is yet to happen before a rest is over.
struct Rest {
    /// All waits end, though they were not notified.
    wakes: bool,
    /// All waits end by their limit, if that is not far away.
    limits: bool,
    until: Duration,
}

impl Table {
    pub fn new(mut choice: Choice) -> Table {
        forget_strangers();
        let wakes = choice.dice.below(MOST_WAKES + 1);
        Table {
            players: Vec::new(),
            choice,
            finding: None,
            clock: Duration::ZERO,
            time_is_up: None,
            wakes,
            rest: None,
        }
    }

    /// Adds a thread; gives back its number.
    pub fn add_player(&mut self, name: &str) -> usize {
        self.note_progress();
        self.choice.add_thread();
        self.players.push(Player::new(name));
        self.players.len() - 1
    }

    /// Something was done, so a thread that comes to a lock again may be after
    /// something new.
    pub fn note_progress(&mut self) {
        for player in &mut self.players {
            (player.asked, player.was_late) = (0, 0);
            player.was_notified = 0;
        }
    }

    /// Notes what goes wrong, if nothing has before.
    pub fn note(&mut self, finding: Finding) {
        self.finding.get_or_insert(finding);
    }

    /// Chooses the thread that is next: the first, if the schedule is over.
    pub fn choose(&mut self) -> usize {
        while self.finding.is_none() {
            let mut ready = self.ready();
            if !ready.is_empty() && self.wake_one_unasked() {
                ready = self.ready();
            }
            if ready.is_empty() {
                if !self.let_time_pass() {
                    self.note(match has_strangers() {
                        true => Finding::Stranger,
                        false => Finding::Hangs,
                    });
                }
            } else if let Some(finding) = self.find_asker(&ready) {
                self.note(finding);
            } else {
                let chosen = self.choice.choose(ready);
                self.players[chosen].does = Does::Ready;
                return chosen;
            }
        }
        FIRST
    }

    /// The threads that can go on.
    fn ready(&self) -> Vec<usize> {
        let is_ready = |number: usize| match &self.players[number].does {
            Does::Ready => true,
            Does::Until(is_so) => is_so(),
            Does::Joins(other) => self.players[*other].has_ended(),
            Does::ExpectsTheEnd => {
                let mut others = self.players.iter().enumerate();
                others.all(|(it, player)| it == number || player.has_ended())
            }
            _ => false,
        };
        (0..self.players.len()).filter(|&it| is_ready(it)).collect()
    }

    /// What is wrong with a thread that asks again and again, if there is one:
    /// it has come to a lock too often, or sleeps before it does.
    fn find_asker(&self, ready: &[usize]) -> Option<Finding> {
        // This runs at each step, and there is hardly ever such a thread.
        let may_ask = |it: &Player| it.asked > FEW_LOCKS || it.slept_in_all > 0;
        if !self.players.iter().any(may_ask) {
            return None;
        }
        let sleeps =
            |it: &&Player| it.slept_in_all > FEW_SLEEPS && it.asked > 1;
        if let Some(sleeper) = self.players.iter().find(sleeps) {
            let name = sleeper.name.clone();
            return Some(match sleeper.slept > FEW_SLEEPS {
                true => Finding::Asks(name),
                // It has waited as well, as it has to.
                false => Finding::Sleeps(name),
            });
        }
        let ready = ready.iter().map(|&it| &self.players[it]);
        let is_alone = ready.len() == 1;
        let most = ready.max_by_key(|it| it.asked)?;
        let all: usize = self.players.iter().map(|it| it.asked).sum();
        let asks = is_alone && most.asked > FEW_LOCKS
            || all > MANY_LOCKS * self.players.len();
        asks.then(|| Finding::Asks(most.name.clone()))
    }

    /// The threads that wait for this condition variable; for `None`, for any.
    pub fn waiting(&self, condvar: Option<usize>) -> Vec<usize> {
        let waits = |it: &usize| match self.players[*it].does {
            Does::Waits(here, _) => condvar.is_none_or(|it| it == here),
            _ => false,
        };
        (0..self.players.len()).filter(waits).collect()
    }

    /// The threads that wait with a limit, and when that is.
    fn limits(&self) -> Vec<(Duration, usize)> {
        let players = self.players.iter().enumerate();
        let limits = players.filter_map(|(number, player)| match player.does {
            Does::Waits(_, Some(limit)) => Some((limit, number)),
            _ => None,
        });
        limits.collect()
    }

    /// The time on the clock of the schedule when a wait with this limit ends.
    pub fn end_of(&self, limit: Duration) -> Duration {
        self.clock.saturating_add(limit)
    }

    /// Ends the wait of a thread because it is notified.
    pub fn notify(&mut self, number: usize) {
        self.end_wait(number);
        let player = &mut self.players[number];
        player.was_notified += 1;
        if player.was_notified > MANY_NOTIFIES {
            let finding = Finding::WokenForNothing(player.name.clone());
            self.note(finding);
        }
    }

    /// Ends the wait of a thread though it was not notified. It may have to
    /// take a lock in order to look again.
    fn wake_unasked(&mut self, number: usize) {
        self.end_wait(number);
        let player = &mut self.players[number];
        (player.woke_unasked, player.asked) = (true, 0);
    }

    /// Ends the wait of a thread by its limit.
    fn end_late(&mut self, number: usize) {
        self.end_wait(number);
        let player = &mut self.players[number];
        (player.woke_unasked, player.is_late) = (true, true);
        player.was_late += 1;
    }

    fn end_wait(&mut self, number: usize) {
        let player = &mut self.players[number];
        player.does = Does::Ready;
        (player.woke_unasked, player.is_late) = (false, false);
    }

    /// Ends all waits though no thread was notified.
    pub fn wake_all_unasked(&mut self) {
        for number in self.waiting(None) {
            self.wake_unasked(number);
        }
    }

    /// A lock is free: all that wait for it may try again.
    pub fn free_lock(&mut self, lock: usize) {
        for player in &mut self.players {
            if matches!(player.does, Does::WaitsForLock(it) if it == lock) {
                player.does = Does::Ready;
            }
        }
    }

    /// Now and then ends a wait though it was not notified. Gives back whether
    /// it did.
    fn wake_one_unasked(&mut self) -> bool {
        if self.wakes == 0 || self.choice.dice.below(WAKES_ONE_IN) > 0 {
            return false;
        }
        let waiting = self.waiting(None);
        if waiting.is_empty() {
            return false;
        }
        self.wakes -= 1;
        let woken = self.choice.dice.one_of(&waiting);
        self.wake_unasked(woken);
        true
    }

    /// No thread can go on: lets happen what happens by itself, such as the end
    /// of a limit. Gives back whether something did.
    fn let_time_pass(&mut self) -> bool {
        let settles = |it: &Player| matches!(it.does, Does::Settles);
        let rests = |it: &Player| matches!(it.does, Does::Rests);
        if let Some(settled) = self.players.iter().position(settles) {
            self.players[settled].does = Does::Ready;
            true
        } else if let Some(resting) = self.players.iter().position(rests) {
            self.go_on_resting(resting);
            true
        } else {
            self.end_first_limit()
        }
    }

    /// One more thing happens while this thread rests, or its rest is over.
    fn go_on_resting(&mut self, resting: usize) {
        let (dice, clock) = (&mut self.choice.dice, self.clock);
        let is_first = self.choice.is_first;
        let rest = self.rest.get_or_insert_with(|| Rest {
            wakes: is_first || dice.below(2) == 0,
            limits: dice.below(2) == 0,
            until: clock + REST,
        });
        let until = rest.until;
        // First, if the dice say so, all waits end at once. When all threads
        // have settled again, all waits with a limit end, if the dice say so.
        if mem::take(&mut rest.wakes) {
            self.wake_all_unasked();
        } else if mem::take(&mut rest.limits) {
            let soon = self.clock + FAR;
            for (at, number) in self.limits() {
                if at < soon {
                    self.end_late(number);
                }
            }
        // Then the clock goes on, from limit to limit, to the end of the rest.
        } else if let Some((at, number)) = self.limits().into_iter().min()
            && at <= until
        {
            self.clock = self.clock.max(at);
            self.end_late(number);
            if self.players[number].was_late > FEW_WAKES {
                self.note(Finding::Asks(self.players[number].name.clone()));
            }
        } else {
            self.clock = until;
            self.rest = None;
            self.players[resting].does = Does::Ready;
        }
    }

    /// No thread is left that could notify another: ends the wait whose limit
    /// comes first. Gives back `false` if there is none, or if that thread has
    /// waited so in vain too often.
    fn end_first_limit(&mut self) -> bool {
        let Some((at, number)) = self.limits().into_iter().min() else {
            return false;
        };
        if self.players[number].was_late >= FEW_LATE {
            return false;
        }
        self.clock = self.clock.max(at);
        self.end_late(number);
        let name = &self.players[number].name;
        self.time_is_up.get_or_insert_with(|| name.clone());
        true
    }
}
