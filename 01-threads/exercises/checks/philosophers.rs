//! Judges `Table::dine`: all eat, no two with the same fork, and nobody waits
//! but for a fork.
//!
//! Ways to be wrong, each with an answer in `wrong/philosophers`: all wait in a
//! circle, at a table of five or only at others; two neighbours eat at once,
//! because a fork is back too early, is the wrong one, or is not looked at again
//! after a wait, or of two forks only one is; fewer eat at once than could; a
//! philosopher asks again and again, with or without a pause; one that could eat
//! is not woken, because one is or two are, or not before her time is up; one does
//! not eat at all, or not if she would have to wait; and whatever waits by means
//! that are not recorded.
//!
//! As shipped: a circle: philosopher 1 waits for philosopher 2

use super::Table;
use lab::sync::Adversary;
use lab::{Dice, waiting};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, Scope};
use std::time::Duration;
use trials::judge::{Idle, Judge, idle, others_sleep, wait_until};

trials::answer!("exercises/philosophers.rs");

const MEALS: usize = 2;

/// For how long a philosopher that waits is watched.
const A_WHILE: Duration = Duration::from_millis(15);
/// That is often done, so it is short: has it come to rest?
const A_MOMENT: Duration = Duration::from_millis(2);

#[test]
fn everybody_eats_and_nobody_waits_but_for_a_fork() {
    let mut dice = Dice::random();
    let judge = Judge::of(ANSWER.recorded());
    // That comes first, so that a circle is all there is in the picture.
    let five = Table::new(5);
    thread::scope(|scope| the_neighbors_wait(&Sitting::at(&five, 5, scope)));
    the_unlucky_moment(&five, 5);

    let seats = 6 + dice.below(4);
    // The ends of the list, and another: the next run takes another one.
    for (seat, a_while) in [
        (0, A_MOMENT),
        (seats - 1, A_MOMENT),
        (1 + dice.below(seats - 2), A_WHILE),
    ] {
        let table = Table::new(seats);
        thread::scope(|scope| {
            a_long_meal(&Sitting::at(&table, seats, scope), seat, a_while);
        });
    }
    let six = Table::new(6);
    thread::scope(|scope| who_can_eat_is_woken(&Sitting::at(&six, 6, scope)));
    let eight = Table::new(8);
    thread::scope(|scope| {
        the_last_of_many_is_woken(&Sitting::at(&eight, 8, scope));
    });
    for first in [0, 2] {
        let five = Table::new(5);
        thread::scope(|scope| {
            both_forks_are_looked_at(&Sitting::at(&five, 5, scope), first);
        });
    }
    for seats in [2, seats] {
        the_unlucky_moment(&Table::new(seats), seats);
    }
    judge.end();
}

/// Or else all else goes unseen; and those that only ask again and again might
/// do so for seconds, when all are hungry.
fn the_neighbors_wait(sitting: &Sitting<'_, '_>) {
    let neighbors = [1, sitting.seats - 1];
    let _meal = sitting.begins_to_eat(0);
    neighbors.iter().for_each(|&neighbor| sitting.dines(neighbor));
    sitting.wait(&neighbors, A_MOMENT);
}

/// While one eats, others may if they share no fork with her, and only they.
fn a_long_meal(sitting: &Sitting<'_, '_>, seat: usize, a_while: Duration) {
    let at = |distance: usize| (seat + distance) % sitting.seats;
    // Who looks only once, before her wait, eats too early.
    let _adversary = Adversary::wakes_for_nothing();
    let _meal = sitting.begins_to_eat(seat);
    for distance in [2, 3] {
        drop(sitting.begins_to_eat(at(distance)));
        // Her forks are to lie there for the next.
        wait_until(|| sitting.has_eaten(at(distance)));
    }
    let neighbors = [at(1), at(sitting.seats - 1)];
    neighbors.iter().for_each(|&neighbor| sitting.dines(neighbor));
    sitting.wait(&neighbors, a_while);
    // The neighbours may have their other forks by now, but these nobody has.
    let far = (3..=sitting.seats - 3).step_by(2);
    let _meals: Vec<_> = far.map(|it| sitting.begins_to_eat(at(it))).collect();
}

/// All but one whose forks lie there are at rest, and she is not left asleep.
///
/// Seats 1, 3 and 5 eat. Of the others, those come first that cannot eat yet
/// when the first two meals are over.
fn who_can_eat_is_woken(sitting: &Sitting<'_, '_>) {
    let [first, second, _third] = [0, 2, 4].map(|it| sitting.begins_to_eat(it));
    for seat in [3, 5, 1] {
        sitting.dines(seat);
        sitting.wait(&[seat], A_MOMENT);
    }
    drop(first);
    others_sleep(A_MOMENT);
    drop(second);
    sitting.is_woken(1, &[0, 2]);
}

/// The same, if only one has eaten, and three cannot eat yet: to wake two is
/// not enough either.
fn the_last_of_many_is_woken(sitting: &Sitting<'_, '_>) {
    let [first, _second, _third] =
        [0, 4, 6].map(|it| sitting.begins_to_eat(it));
    for seat in [3, 5, 7, 1] {
        sitting.dines(seat);
        sitting.wait(&[seat], A_MOMENT);
    }
    drop(first);
    sitting.is_woken(1, &[0]);
}

/// While one waits for a fork of hers, the other, which lay there, is taken.
///
/// Seat 1 waits for the one of seats 0 and 2 that is `first`. If she keeps her
/// other fork meanwhile, the second waits for it; if not, the second eats.
fn both_forks_are_looked_at(sitting: &Sitting<'_, '_>, first: usize) {
    let second = 2 - first;
    let meal = sitting.begins_to_eat(first);
    sitting.dines(1);
    sitting.wait(&[1], A_MOMENT);
    let (_second, eats) = sitting.dines_long(second);
    if idle(&[&name(second)], A_MOMENT, eats) != Idle::Done {
        return;
    }
    drop(meal);
    wait_until(|| sitting.has_eaten(first));
    sitting.wait(&[1], A_MOMENT);
}

/// All are hungry, and each has one fork before anybody has two.
fn the_unlucky_moment(table: &Table, seats: usize) {
    let eaten: Vec<_> = (0..seats).map(|_| Mutex::new(0)).collect();
    let adversary = Adversary::each_holds_one(seats);
    thread::scope(|scope| {
        for (seat, eaten) in eaten.iter().enumerate() {
            philosopher(scope, seat, move || {
                for _ in 0..MEALS {
                    table.dine(seat, || *eaten.lock().unwrap() += 1);
                }
            });
        }
    });
    drop(adversary);
    for (seat, eaten) in eaten.into_iter().enumerate() {
        let (name, eaten) = (name(seat), eaten.into_inner().unwrap());
        assert_eq!(
            eaten, MEALS,
            "wrong answer: {name} was to eat {MEALS} times, and ate {eaten}"
        );
    }
}

/// Some who come to a table one by one.
struct Sitting<'s, 'e> {
    table: &'e Table,
    seats: usize,
    scope: &'s Scope<'s, 'e>,
    eat: Sender<usize>,
    ate: Receiver<usize>,
    eaten: RefCell<BTreeSet<usize>>,
    /// Those whose `dine` came back, and who had not eaten.
    back: Arc<Mutex<Vec<usize>>>,
    /// How many have begun to eat, or were to.
    came: Cell<usize>,
}

/// Somebody is at it until this is dropped, by a panic if not before.
struct Meal(#[expect(dead_code, reason = "it is dropped")] Sender<()>);

impl<'s, 'e> Sitting<'s, 'e> {
    fn at(
        table: &'e Table,
        seats: usize,
        scope: &'s Scope<'s, 'e>,
    ) -> Sitting<'s, 'e> {
        let (eat, ate) = channel();
        let (eaten, came) = (RefCell::default(), Cell::default());
        let back = Arc::default();
        Sitting { table, seats, scope, eat, ate, eaten, back, came }
    }

    /// This one wants to eat, and it takes her no time.
    fn dines(&self, seat: usize) {
        let (table, eat) = (self.table, self.eat.clone());
        let back = self.back.clone();
        philosopher(self.scope, seat, move || {
            let mut has_eaten = false;
            table.dine(seat, || {
                has_eaten = true;
                eat.send(seat).unwrap_or_default();
            });
            if !has_eaten {
                back.lock().unwrap().push(seat);
            }
        });
    }

    /// This one dines, and eats until the meal is dropped. Tells whether she
    /// has begun.
    fn dines_long(&self, seat: usize) -> (Meal, impl FnMut() -> bool + use<>) {
        let (begin, begun) = channel();
        let (end, ended) = channel::<()>();
        let (table, eat) = (self.table, self.eat.clone());
        philosopher(self.scope, seat, move || {
            let mut has_begun = false;
            table.dine(seat, || {
                has_begun = begin.send(true).is_ok();
                let _waiting = waiting("the end of the meal");
                let _ = ended.recv();
            });
            if !has_begun {
                let _ = begin.send(false);
            }
            let _ = eat.send(seat);
        });
        let mut eats = None;
        let eats = move || {
            eats = eats.or(begun.try_recv().ok());
            if eats == Some(false) {
                came_back(seat);
            }
            eats.is_some()
        };
        (Meal(end), eats)
    }

    /// This one, whose forks lie there, eats until the meal is dropped.
    fn begins_to_eat(&self, seat: usize) -> Meal {
        let came = self.came.replace(self.came.get() + 1);
        let (meal, eats) = self.dines_long(seat);
        if wait_until(eats) {
            return meal;
        }
        drop(meal);
        let never = came == 1 && !self.any_eats_beside(seat);
        panic!(
            "right answer, wrong way: while others ate, {} did not, though \
             both of her forks lay there{}",
            name(seat),
            if never { ": two never eat at once" } else { "" }
        )
    }

    /// Whether anybody can eat while one eats, at the seat two before this.
    fn any_eats_beside(&self, seat: usize) -> bool {
        let others = (1..self.seats - 3).map(|it| (seat + it) % self.seats);
        let others: Vec<_> = others.collect();
        others.iter().for_each(|&other| self.dines(other));
        wait_until(|| others.iter().any(|&other| self.has_eaten(other)))
    }

    /// This one can eat by now, and does without any other being awake.
    fn is_woken(&self, seat: usize, ended: &[usize]) {
        let all_sleep = others_sleep(A_WHILE);
        let late = all_sleep && !self.has_eaten(seat);
        let eats = wait_until(|| self.has_eaten(seat));
        let ended: Vec<_> = ended.iter().map(|&it| name(it)).collect();
        let (name, ended) = (name(seat), ended.join(" and "));
        assert!(
            eats,
            "wrong answer: {ended} had eaten, so both forks of {name} lay \
             there, and she was not woken"
        );
        assert!(
            !late,
            "right answer, wrong way: {ended} had eaten, so both forks of \
             {name} lay there, and nobody woke her: she woke when her time was \
             up"
        );
    }

    /// These have nothing to do until others have eaten.
    fn wait(&self, seats: &[usize], a_while: Duration) {
        let names: Vec<_> = seats.iter().map(|&seat| name(seat)).collect();
        let those: Vec<_> = names.iter().map(String::as_str).collect();
        let ate = || seats.iter().find(|&&seat| self.has_eaten(seat));
        let back = || self.back.lock().unwrap().first().copied();
        let is_done = || ate().is_some() || back().is_some();
        let found = idle(&those, a_while, is_done);
        if let Some(seat) = back() {
            came_back(seat);
        }
        let those = those.join(" and ");
        match found {
            Idle::Waits => {}
            Idle::Done => panic!(
                "wrong answer: {} and a neighbor of hers share a fork, and ate \
                 at the same time",
                ate().map_or(those, |&seat| name(seat))
            ),
            Idle::Looks => panic!(
                "right answer, wrong way: {those} had nothing to do until \
                 others had eaten, and did not sleep: they ask again and again \
                 instead of waiting"
            ),
            Idle::Unseen => panic!(
                "not judged: {those} had nothing to do until others had eaten, \
                 and the recording does not say what they slept for; use \
                 `Mutex` and `Condvar` of `lab::sync`, and nothing else that \
                 threads wait by"
            ),
        }
    }

    fn has_eaten(&self, seat: usize) -> bool {
        let mut eaten = self.eaten.borrow_mut();
        eaten.extend(self.ate.try_iter());
        eaten.contains(&seat)
    }
}

fn philosopher<'s>(
    scope: &'s Scope<'s, '_>,
    seat: usize,
    live: impl FnOnce() + Send + 's,
) {
    let thread = thread::Builder::new().name(name(seat));
    thread.spawn_scoped(scope, live).expect("a thread");
}

fn came_back(seat: usize) -> ! {
    panic!(
        "wrong answer: {} was to eat, and `dine` came back without",
        name(seat)
    )
}

fn name(seat: usize) -> String {
    format!("philosopher {}", seat + 1)
}
