//! Judges `Table::dine`: all eat, no two with the same fork, and a philosopher
//! waits only for a fork.
//!
//! Some hundred schedules are tried in each run: the check decides in which
//! order the philosophers take their steps (see [`trials::schedule`]), and how
//! long a meal lasts.
//!
//! Ways to be wrong, each with an answer in `wrong/`: all wait in a circle, or
//! three do that stand in one order, at a table of five or only at others, with
//! forks or with what stands for them; two neighbours eat at once, because a
//! fork is back too early, is the wrong one, or is not looked at again after a
//! wait, or of two forks only one is; fewer eat at once than could; a
//! philosopher asks again and again, with or without a pause; one that could
//! eat is not woken, because one is or two are, or not before her time is up;
//! one does not eat at all, or not if she would have to wait; and a wait by
//! means that are not recorded.
//!
//! As shipped: a circle: philosopher 1 waits for philosopher 2

use super::Table;
use lab::{Dice, waiting};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trials::judge::Judge;
use trials::schedule::{
    Case, Finding, Schedule, Thread, step, try_all, wait_until, woke_unasked,
};

trials::answer!("exercises/philosophers.rs");

#[test]
fn everybody_eats_and_waits_only_for_a_fork() {
    let judge = Judge::of(ANSWER.require_recorded_waits());
    let dice = &mut Dice::random();
    try_all(dice, &CASES);
    judge.end();
}

type Tried = Result<(), Finding>;

/// In how many schedules each case is tried. Of those that are hungry
/// at once, five come first, since they are five in the text: in the first of
/// these schedules all hold a fork at once.
const CASES: [(usize, Case); 13] = [
    (1, neighbors_sleep_on),
    (6, |it, _| all_are_hungry(it, 5)),
    (6, |it, dice| others_eat_meanwhile(it, 6 + dice.below(2))),
    (6, |it, dice| others_eat_meanwhile(it, 8 + dice.below(2))),
    (1, all_others_eat_at_a_large_table),
    (15, |it, _| all_are_hungry(it, 2)),
    (60, |it, _| all_are_hungry(it, 3)),
    (15, |it, _| all_are_hungry(it, 4)),
    (15, |it, dice| all_are_hungry(it, 5 + dice.below(5))),
    (24, one_puts_back_while_another_looks),
    (30, one_is_hungry_again),
    (30, they_come_and_go),
    (16, the_last_of_many_is_woken),
];

/// How often philosophers who sleep are woken in vain, one time after another.
const IN_VAIN: usize = 100;

/// Each comes twice, as soon as she can.
fn all_are_hungry(schedule: &Schedule, seats: usize) -> Tried {
    let sitting = Sitting::at(seats, schedule);
    (0..seats).for_each(|seat| sitting.come(seat, 2, false));
    sitting.end()
}

/// While one eats, others may if they share no fork with her, and only they.
fn others_eat_meanwhile(schedule: &Schedule, seats: usize) -> Tried {
    let sitting = Sitting::at(seats, schedule);
    for seat in [0, 2] {
        sitting.come(seat, 1, true);
        sitting.settle()?;
    }
    sitting.end_meal(2);
    sitting.settle()?;
    // A philosopher who has to wait must not keep another from eating.
    for neighbor in [1, seats - 1] {
        sitting.come(neighbor, 1, false);
        sitting.settle()?;
    }
    for far in (3..=seats - 3).step_by(2) {
        sitting.come(far, 1, true);
        sitting.settle()?;
    }
    sitting.end()
}

/// While one eats, her neighbors wake up again and again, and must not eat.
fn neighbors_sleep_on(schedule: &Schedule, _: &mut Dice) -> Tried {
    let sitting = Sitting::at(5, schedule);
    sitting.come(0, 1, true);
    schedule.settle()?;
    for neighbor in [1, 4] {
        sitting.come(neighbor, 1, true);
    }
    schedule.disturb(IN_VAIN)?;
    sitting.judge_meals()?;
    sitting.end()
}

/// While one eats, all others that share no fork with her come, one after
/// another. There are more forks than a number has bits, so that two of them
/// may be taken for one.
fn all_others_eat_at_a_large_table(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let seats = 129 + dice.below(8);
    let sitting = Sitting::at(seats, schedule);
    sitting.come(0, 1, true);
    schedule.settle()?;
    for other in 2..seats - 1 {
        sitting.come(other, 1, false);
        schedule.settle()?;
        sitting.judge_settled()?;
    }
    sitting.end()
}

/// She may put her forks back between any two steps of a neighbor, such as a
/// look at them and a wait for them.
fn one_puts_back_while_another_looks(
    schedule: &Schedule,
    _: &mut Dice,
) -> Tried {
    schedule.change_step_by_step(false);
    let sitting = Sitting::at(2, schedule);
    sitting.come(0, 1, true);
    schedule.settle()?;
    sitting.end_meal(0);
    sitting.come(1, 1, false);
    sitting.end()
}

/// She puts her forks back while her neighbors wait, and may be the next to
/// have them; a neighbor that has waited with one fork may then wait for ever.
fn one_is_hungry_again(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let seats = 3 + dice.below(2);
    let sitting = Sitting::at(seats, schedule);
    sitting.come(0, 2, true);
    schedule.settle()?;
    for neighbor in [1, seats - 1] {
        sitting.come(neighbor, 1, false);
    }
    schedule.settle()?;
    sitting.end()
}

/// Any, in any order, and each meal ends at any time.
fn they_come_and_go(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let seats = 3 + dice.below(4);
    let sitting = Sitting::at(seats, schedule);
    let mut to_come: Vec<_> = (0..seats).collect();
    while !to_come.is_empty() {
        let seat = to_come.swap_remove(dice.below(to_come.len()));
        sitting.come(seat, 1, true);
        if dice.below(3) > 0 {
            sitting.settle()?;
        }
        if dice.below(2) == 0 {
            sitting.end_any_meal(dice);
        }
        if dice.below(2) == 0 {
            sitting.settle()?;
        }
    }
    sitting.end()
}

/// Seats 0, 4 and 6 eat, and when seat 0 has eaten, three cannot eat yet and
/// one can: it is not enough to wake one of four, or two.
fn the_last_of_many_is_woken(schedule: &Schedule, _: &mut Dice) -> Tried {
    let sitting = Sitting::at(8, schedule);
    for seat in [0, 4, 6, 3, 5, 7, 1] {
        sitting.come(seat, 1, true);
        sitting.settle()?;
    }
    sitting.end_meal(0);
    sitting.settle()?;
    sitting.end()
}

/// Philosophers who come to a table.
struct Sitting<'a> {
    schedule: &'a Schedule,
    table: Arc<Table>,
    seats: Arc<Mutex<Vec<Seat>>>,
    /// Of each seat that one has come to.
    threads: RefCell<Vec<(usize, Thread<()>)>>,
}

/// What the philosopher at a seat does.
#[derive(Default)]
struct Seat {
    is_hungry: bool,
    eats: bool,
    has_eaten: bool,
    /// Set if both forks lay there when she came, and no neighbor has wanted
    /// one since.
    finds_forks: bool,
    /// Set if her meal is to end.
    is_done: bool,
    /// Set if `dine` came back, and she had not eaten.
    has_not_eaten: bool,
    /// The neighbor that ate when she began to.
    beside: Option<usize>,
    /// Set if, when she began to eat, her wait had ended without being
    /// notified.
    woke_unasked: bool,
}

impl Sitting<'_> {
    fn at(seats: usize, schedule: &Schedule) -> Sitting<'_> {
        let table = Arc::new(Table::new(seats));
        let seats = (0..seats).map(|_| Seat::default()).collect();
        let (seats, threads) =
            (Arc::new(Mutex::new(seats)), RefCell::default());
        Sitting { schedule, table, seats, threads }
    }

    /// The philosopher at this seat comes, and eats `meals` times. A long meal
    /// lasts until [`end_meal`](Sitting::end_meal).
    fn come(&self, seat: usize, meals: usize, is_long: bool) {
        let (table, all) = (Arc::clone(&self.table), Arc::clone(&self.seats));
        let [left, right] = neighbors(seat, self.seats().len());
        let mut seats = self.seats();
        let is_there = |it: usize| !seats[it].is_hungry && !seats[it].eats;
        seats[seat].finds_forks = is_there(left) && is_there(right);
        seats[seat].is_hungry = true;
        // She may be faster than one that has come and not yet begun.
        seats[left].finds_forks = false;
        seats[right].finds_forks = false;
        drop(seats);
        let dines = move || {
            for _ in 0..meals {
                let mut has_eaten = false;
                table.dine(seat, || {
                    has_eaten = true;
                    eat(&all, seat, is_long);
                });
                step();
                lock(&all)[seat].has_not_eaten |= !has_eaten;
            }
        };
        let thread = self.schedule.spawn(&name_of(seat), dines);
        self.threads.borrow_mut().push((seat, thread));
    }

    /// Waits until all eat that can, and judges which do.
    fn settle(&self) -> Tried {
        // First without waits that end unasked: they would hide a lost notify.
        self.schedule.settle()?;
        self.judge_settled()?;
        self.schedule.rest()?;
        self.judge_meals()
    }

    fn judge_settled(&self) -> Tried {
        self.judge_meals()?;
        let seats = self.seats();
        let eating = (0..seats.len()).filter(|&it| seats[it].eats);
        let eating: Vec<_> = eating.map(name_of).collect();
        for (it, seat) in seats.iter().enumerate() {
            let beside = neighbors(it, seats.len());
            // One that is hungry may have a fork, and wait for another.
            let may_have_it =
                |&it: &usize| seats[it].is_hungry || seats[it].eats;
            if !seat.is_hungry || beside.iter().any(may_have_it) {
                continue;
            }
            let name = name_of(it);
            let waits_for_lock = self.waits_for_lock(it);
            if !seat.finds_forks {
                let ended = beside.iter().filter(|&&it| seats[it].has_eaten);
                let ended: Vec<_> = ended.map(|&it| name_of(it)).collect();
                let for_what = if waits_for_lock { " for a lock" } else { "" };
                return fail(&format!(
                    "{} had eaten, so both forks of {name} lay there, and she \
                     still waits{for_what}",
                    ended.join(" and ")
                ));
            }
            let others = match &eating[..] {
                [] => return Err(Finding::Hangs),
                [one] => one.clone(),
                more => format!("{} others", more.len()),
            };
            let does =
                if waits_for_lock { "waited for a lock" } else { "did not" };
            return fail_way(&format!(
                "while {others} ate, {name} {does}, though both of her forks \
                 lay there"
            ));
        }
        Ok(())
    }

    fn waits_for_lock(&self, seat: usize) -> bool {
        let threads = self.threads.borrow();
        threads
            .iter()
            .any(|(it, thread)| *it == seat && thread.waits_for_lock())
    }

    /// Ends all meals, waits until all have eaten, and judges that.
    fn end(&self) -> Tried {
        self.seats().iter_mut().for_each(|seat| seat.is_done = true);
        let ended = self.schedule.end();
        self.judge_meals()?;
        ended
    }

    fn end_any_meal(&self, dice: &mut Dice) {
        let seats = self.seats();
        let eating = |&it: &usize| seats[it].eats && !seats[it].is_done;
        let eating: Vec<_> = (0..seats.len()).filter(eating).collect();
        drop(seats);
        if !eating.is_empty() {
            self.end_meal(dice.one_of(&eating));
        }
    }

    fn end_meal(&self, seat: usize) {
        self.seats()[seat].is_done = true;
    }

    fn judge_meals(&self) -> Tried {
        let seats = self.seats();
        let mut all = (0..).zip(seats.iter());
        let beside = |(it, seat): (usize, &Seat)| Some((it, seat.beside?));
        if let Some((one, other)) = all.find_map(beside) {
            let [one_is, other_is] = [one, other].map(name_of);
            let why = match seats[one].woke_unasked {
                true => format!(
                    ": a wait of {one_is} had ended, though no thread had \
                     notified her"
                ),
                false => String::new(),
            };
            return fail(&format!(
                "{other_is} and {one_is} share a fork, and ate at the same \
                 time{why}"
            ));
        }
        match seats.iter().position(|seat| seat.has_not_eaten) {
            Some(seat) => fail(&format!(
                "{} was to eat, and `dine` came back without",
                name_of(seat)
            )),
            None => Ok(()),
        }
    }

    fn seats(&self) -> MutexGuard<'_, Vec<Seat>> {
        lock(&self.seats)
    }
}

fn eat(all: &Arc<Mutex<Vec<Seat>>>, seat: usize, is_long: bool) {
    let mut seats = lock(all);
    (seats[seat].is_hungry, seats[seat].eats) = (false, true);
    seats[seat].has_eaten = true;
    let beside = neighbors(seat, seats.len());
    let beside = beside.into_iter().find(|&it| seats[it].eats);
    if beside.is_some() && seats[seat].beside.is_none() {
        seats[seat].beside = beside;
        seats[seat].woke_unasked = woke_unasked();
    }
    drop(seats);
    if is_long {
        let _waiting = waiting("the end of the meal");
        let seats = Arc::clone(all);
        wait_until(move || lock(&seats)[seat].is_done);
    } else {
        step();
    }
    lock(all)[seat].eats = false;
}

fn lock(seats: &Mutex<Vec<Seat>>) -> MutexGuard<'_, Vec<Seat>> {
    seats.lock().unwrap_or_else(PoisonError::into_inner)
}

fn neighbors(seat: usize, seats: usize) -> [usize; 2] {
    [(seat + seats - 1) % seats, (seat + 1) % seats]
}

fn fail(why: &str) -> Tried {
    Err(Finding::new(format!("wrong answer: {why}")))
}

fn fail_way(why: &str) -> Tried {
    Err(Finding::new(format!("right answer, wrong way: {why}")))
}

fn name_of(seat: usize) -> String {
    format!("philosopher {}", seat + 1)
}
