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
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trials::judge::Judge;
use trials::schedule::{Finding, Schedule, step, try_all, wait_until};

trials::answer!("exercises/philosophers.rs");

/// How many schedules are tried of each case.
const FEW: usize = 6;
const MORE: usize = 30;

#[test]
fn everybody_eats_and_waits_only_for_a_fork() {
    let dice = &mut Dice::random();
    let judge = Judge::of(ANSWER.require_recorded_waits());
    // Five come first, since they are five in the text. In the first schedule
    // all hold a fork at once.
    try_all(dice, FEW, |it, _| all_are_hungry(it, 5));
    for seats in [6 + dice.below(2), 8 + dice.below(2)] {
        try_all(dice, FEW, |it, _| others_eat_meanwhile(it, seats));
    }
    for seats in [2, 3, 4, 5, 6 + dice.below(4)] {
        let times = if seats == 3 { 2 * MORE } else { MORE / 2 };
        try_all(dice, times, |it, _| all_are_hungry(it, seats));
    }
    try_all(dice, MORE, one_is_hungry_again);
    try_all(dice, MORE, they_come_and_go);
    try_all(dice, FEW, |it, _| the_last_of_many_is_woken(it));
    judge.end();
}

type Tried = Result<(), Finding>;

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
fn the_last_of_many_is_woken(schedule: &Schedule) -> Tried {
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
}

/// What the philosopher at a seat does.
#[derive(Default)]
struct Seat {
    is_hungry: bool,
    eats: bool,
    /// Set if both forks lay there when she came, and no neighbor has wanted
    /// one since.
    finds_forks: bool,
    /// Set if her meal is to end.
    is_done: bool,
    /// Set if `dine` came back, and she had not eaten.
    has_not_eaten: bool,
    /// Set if a neighbor ate at the same time.
    shares: bool,
}

impl Sitting<'_> {
    fn at(seats: usize, schedule: &Schedule) -> Sitting<'_> {
        let table = Arc::new(Table::new(seats));
        let seats = (0..seats).map(|_| Seat::default()).collect();
        Sitting { schedule, table, seats: Arc::new(Mutex::new(seats)) }
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
        self.schedule.spawn(&name_of(seat), dines);
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
        let others = seats.iter().filter(|seat| seat.eats).count();
        let ended = (0..seats.len()).filter(|&it| seats[it].is_done);
        let ended: Vec<_> = ended.map(name_of).collect();
        for (it, seat) in seats.iter().enumerate() {
            let neighbors = neighbors(it, seats.len()).map(|it| &seats[it]);
            // One that is hungry may have a fork, and wait for another.
            let may_have_it = |seat: &Seat| seat.is_hungry || seat.eats;
            if !seat.is_hungry || neighbors.into_iter().any(may_have_it) {
                continue;
            }
            let name = name_of(it);
            match (seat.finds_forks, others) {
                (false, _) if !ended.is_empty() => fail(&format!(
                    "{} had eaten, so both forks of {name} lay there, and she \
                     was not woken",
                    ended.join(" and ")
                ))?,
                (_, 0) => return Err(Finding::Hangs),
                (_, 1) => fail_way(&format!(
                    "while another ate, {name} did not, though both of her \
                     forks lay there: two never eat at once"
                ))?,
                _ => fail_way(&format!(
                    "while {others} others ate, {name} did not, though both of \
                     her forks lay there"
                ))?,
            }
        }
        Ok(())
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
        let sharing = |it: &usize| seats[*it].shares;
        let sharing: Vec<_> = (0..seats.len()).filter(sharing).collect();
        if let [one, other, ..] = sharing[..] {
            return fail(&format!(
                "{} and {} share a fork, and ate at the same time",
                name_of(one),
                name_of(other)
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
    for neighbor in neighbors(seat, seats.len()) {
        if seats[neighbor].eats {
            (seats[seat].shares, seats[neighbor].shares) = (true, true);
        }
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
