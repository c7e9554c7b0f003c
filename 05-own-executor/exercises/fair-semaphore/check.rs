//! Judges `Semaphore`: a permit goes to the task that has waited for longest,
//! and to none that waits behind it; and none is lost.
//!
//! The check's own hand polls (see [`trials::hand`]), and gives permits back.
//! All orders are tried of polls, other wakers, permits that come back, and
//! tasks that are dropped. Beside it the check has a line of its own, and knows
//! at each poll who may have a permit.
//!
//! Ways to be wrong: one that comes later overtakes, or one that is polled
//! without a cause, or the line is a stack; a place is taken before the first
//! poll, or anew at each poll, or lost with the waker; a waiter that is
//! dropped keeps its place, or the permit that was meant for it, or passes one
//! on that it never had; nothing is woken, or all are, or the wrong one, or an
//! old waker is; two wake-ups go to the same task; a permit is made, or lost,
//! or given to two; it is given back too late, or under a borrow that the
//! waker needs, or not in a panic, or not without the semaphore; a waker is kept
//! after the end, or one of each poll, or an old one is called; few can wait, or
//! come, or few permits can be there; it wakes itself, or does not come back;
//! semaphores share something.
//!
//! As shipped: came before it and waits

use super::{Acquire, Permit, Semaphore};
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use timeline::cpu_time_of_thread;
use trials::hand::{Hand, Task, Whims, Wrong, try_orders};
use trials::judge::Judge;

trials::answer!("exercises/fair-semaphore.rs");

#[test]
fn permits_go_to_those_that_wait_in_the_order_in_which_they_came() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    let mut tell = |permits: &[usize], tasks: usize, whims: Whims| {
        try_orders(dice, 300, |hand| {
            let permits = permits[hand.choose(permits.len())];
            let polls_at_once = hand.choose(3) == 2;
            let room = Room::new(hand, "", permits, tasks, polls_at_once);
            hand.play_judging(whims, || room.judge(hand))?;
            room.judge_end(hand)
        });
    };
    tell(&[1], 2, Whims { polls: 0, wakers: 0, drops: 0 });
    tell(&[2], 4, Whims { polls: 0, wakers: 0, drops: 0 });
    tell(&[1], 3, Whims { polls: 1, wakers: 0, drops: 0 });
    tell(&[1, 2], 4, Whims { polls: 1, wakers: 1, drops: 0 });
    tell(&[1], 3, Whims { polls: 0, wakers: 0, drops: 1 });
    tell(&[1, 2], 4, Whims { polls: 0, wakers: 0, drops: 2 });
    tell(&[1, 2, 3], 5, Whims { polls: 2, wakers: 2, drops: 2 });
    try_orders(dice, 300, two_come_back_at_once);
    try_orders(dice, 100, the_semaphore_is_dropped);
    try_orders(dice, 1, many_wait);
    try_orders(dice, 1, many_are_dropped);
    // To let 65,000 come and go takes as long as most of the rest.
    for (orders, bits) in [(3, 8), (1, 16)] {
        try_orders(dice, orders, |hand| many_come_and_go(hand, bits));
    }
    for bits in [8, 16, 32, usize::BITS - 4] {
        try_orders(dice, 1, |hand| there_are_many(hand, bits));
    }
    try_orders(dice, 100, there_are_several);
    judge.end();
}

/// What the check knows of a semaphore.
struct Line {
    /// How many permits nobody has.
    free: Cell<usize>,
    /// Those that wait, in the order in which they came, and their names.
    waiting: RefCell<Vec<(usize, String)>>,
    /// What has happened last to a permit.
    happened: RefCell<String>,
    wrong: RefCell<Option<Wrong>>,
}

impl Line {
    fn place(&self, number: usize) -> Option<usize> {
        self.waiting.borrow().iter().position(|(it, _)| *it == number)
    }

    /// The place of each number below `count`.
    fn places(&self, count: usize) -> Vec<Option<usize>> {
        let mut places = vec![None; count];
        for (place, (number, _)) in self.waiting.borrow().iter().enumerate() {
            places[*number] = Some(place);
        }
        places
    }

    /// It is in the line no more.
    fn leave(&self, number: usize) {
        self.waiting.borrow_mut().retain(|(it, _)| *it != number);
    }

    fn note_wrong(&self, sentence: String) {
        self.wrong.borrow_mut().get_or_insert(Wrong::answer(sentence));
    }
}

/// A place in the line.
struct Place {
    line: Rc<Line>,
    number: usize,
    name: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.line.place(self.number).is_some() {
            let dropped = format!("{} was dropped as it waited", self.name);
            self.line.happened.replace(dropped);
            self.line.leave(self.number);
        }
    }
}

/// An [`Acquire`] that is judged at each poll.
struct Judged {
    // Dropped first.
    place: Place,
    acquire: Pin<Box<Acquire>>,
}

impl Future for Judged {
    type Output = Permit;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Permit> {
        let Judged { place: Place { line, number, name }, acquire } =
            &mut *self;
        if line.place(*number).is_none() {
            line.waiting.borrow_mut().push((*number, name.clone()));
        }
        let polled = acquire.as_mut().poll(context);
        let place = line.place(*number).expect("it has a place");
        let (free, waiting) = (line.free.get(), line.waiting.borrow());
        match &polled {
            Poll::Ready(_) if free == 0 => {
                line.note_wrong(format!(
                    "{name} got a permit, and all permits are with others"
                ));
            }
            Poll::Ready(_) if place >= free => {
                let before = &waiting[free - 1].1;
                line.note_wrong(format!(
                    "{name} got a permit, and {before} came before it and waits"
                ));
            }
            Poll::Pending if place == 0 && free > 0 => {
                line.note_wrong(format!(
                    "there is a permit for {name}, it was polled, and says \
                     that it waits"
                ));
            }
            _ => {}
        }
        drop(waiting);
        if polled.is_ready() {
            line.free.set(free.saturating_sub(1));
            line.leave(*number);
        }
        polled
    }
}

/// A semaphore, and tasks that want a permit.
struct Room {
    /// Not there once it was dropped.
    semaphore: Rc<RefCell<Option<Semaphore>>>,
    permits: usize,
    line: Rc<Line>,
    clients: Vec<Client>,
}

struct Client {
    task: Task<Permit>,
    /// How often it had been polled and woken when it was judged last.
    seen: Cell<(usize, usize)>,
}

const NAMES: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

impl Room {
    fn new(
        hand: &Hand,
        which: &str,
        permits: usize,
        tasks: usize,
        polls_at_once: bool,
    ) -> Room {
        let semaphore = RefCell::new(Some(Semaphore::new(permits)));
        let semaphore = Rc::new(semaphore);
        let line = Rc::new(Line {
            free: Cell::new(permits),
            waiting: RefCell::default(),
            happened: RefCell::default(),
            wrong: RefCell::default(),
        });
        let clients = Vec::new();
        let mut room = Room { semaphore, permits, line, clients };
        for number in 0..tasks {
            let name = match NAMES.get(number) {
                Some(name) => format!("{name}{which}"),
                None => format!("task {number}"),
            };
            room.add(hand, &name, polls_at_once);
        }
        room
    }

    fn add(&mut self, hand: &Hand, name: &str, polls_at_once: bool) {
        let (line, number) = (Rc::clone(&self.line), self.clients.len());
        let place = Place { line, number, name: name.to_owned() };
        let acquire = Box::pin(self.acquire());
        let task = hand.spawn(name, Judged { place, acquire });
        if polls_at_once {
            task.poll_at_once();
        }
        self.clients.push(Client { task, seen: Cell::new((0, 0)) });
    }

    fn acquire(&self) -> Acquire {
        let semaphore = self.semaphore.borrow();
        semaphore.as_ref().expect("it is there").acquire()
    }

    /// Judges what the last step has done.
    fn judge(&self, hand: &Hand) -> Result<(), Wrong> {
        self.line.wrong.take().map_or(Ok(()), Err)?;
        let places = self.line.places(self.clients.len());
        for (client, place) in self.clients.iter().zip(places) {
            self.judge_one(client, place)?;
            // What it has got it can give back, at any time.
            let Some(permit) = client.task.take() else { continue };
            let gives = format!("{} gives its permit back", client.task.name());
            let (line, happened) = (Rc::clone(&self.line), gives.clone());
            hand.may(&gives, move || {
                line.free.set(line.free.get() + 1);
                line.happened.replace(happened);
                drop(permit);
            });
        }
        Ok(())
    }

    fn judge_one(
        &self,
        client: &Client,
        place: Option<usize>,
    ) -> Result<(), Wrong> {
        let Client { task, seen } = client;
        let (name, line) = (|| task.name(), &self.line);
        let (polls, wakes) = seen.replace((task.polls(), task.wakes()));
        let kept = task.wakers() + task.old_wakers();
        // A poll of it has panicked, and the hand says so.
        if task.is_over() && place.is_some() {
            return Ok(());
        }
        if task.is_over() && kept > 0 {
            return Err(Wrong::way(format!(
                "{} does not wait any more, and a waker of it is kept",
                name()
            )));
        }
        let Some(place) = place else { return Ok(()) };
        if place == 0 && line.free.get() > 0 && task.sleeps() {
            let happened = line.happened.borrow();
            return Err(task.sleeps_on().after(&happened));
        }
        let was_woken = task.wakes() > wakes && task.polls() == polls;
        if was_woken && place >= line.free.get() {
            return Err(Wrong::way(format!(
                "{} was woken, and there is no permit for it yet",
                name()
            )));
        }
        if task.old_waker_was_called() {
            return Err(Wrong::way(format!(
                "{} waits, and a waker was called that it had before it got \
                 another one",
                name()
            )));
        }
        if task.sleeps() && kept > 1 {
            return Err(Wrong::way(format!(
                "{} waits for one permit, and {kept} wakers of it are kept",
                name()
            )));
        }
        Ok(())
    }

    /// Nothing more happens. All permits must be there; of very many, some.
    fn judge_end(mut self, hand: &Hand) -> Result<(), Wrong> {
        self.judge(hand)?;
        for client in &self.clients {
            if !client.task.is_over() {
                return Err(client.task.sleeps_on());
            }
        }
        let is_there = self.semaphore.borrow().is_some();
        let permits = if is_there { self.permits.min(MANY) } else { 0 };
        for _ in 0..permits {
            self.add(hand, "one that comes at the end", false);
        }
        hand.settle()?;
        let taken: Vec<_> =
            self.clients.iter().map(|it| it.task.take()).collect();
        self.line.wrong.take().map_or(Ok(()), Err)?;
        drop(taken);
        Ok(())
    }
}

/// Two permits come back before any of those that wait has its turn; the second
/// in a panic.
fn two_come_back_at_once(hand: &Hand) -> Result<(), Wrong> {
    let room = Room::new(hand, "", 2, 5, false);
    room.clients.iter().for_each(|client| client.task.poll());
    let permits = [0, 1].map(|it| room.clients[it].task.take());
    let ways =
        ["A gives its permit back", "B panics, and its permit comes back"];
    for (permit, gives) in permits.into_iter().zip(ways) {
        hand.note(gives);
        room.line.free.set(room.line.free.get() + 1);
        room.line.happened.replace(gives.to_owned());
        let panics = gives.contains("panics");
        let ends = AssertUnwindSafe(|| {
            let _permit = permit;
            if panics {
                // Unlike `panic!`, it says nothing.
                resume_unwind(Box::new(()));
            }
        });
        let _ = catch_unwind(ends);
        room.judge(hand)?;
    }
    let whims = Whims { polls: 1, wakers: 0, drops: 1 };
    hand.play_judging(whims, || room.judge(hand))?;
    room.judge_end(hand)
}

/// What waits, and what was given, does not need it.
fn the_semaphore_is_dropped(hand: &Hand) -> Result<(), Wrong> {
    let room = Room::new(hand, "", 1 + hand.choose(2), 4, false);
    let semaphore = Rc::clone(&room.semaphore);
    hand.may("the semaphore is dropped", move || drop(semaphore.take()));
    let whims = Whims { polls: 1, wakers: 0, drops: 1 };
    let played = hand.play_judging(whims, || room.judge(hand));
    let was_dropped = room.semaphore.borrow().is_none();
    let judged = played.and_then(|()| room.judge_end(hand));
    judged.map_err(|wrong| match was_dropped {
        true => wrong.after("the semaphore was dropped"),
        false => wrong,
    })
}

/// More than a byte can count.
const MANY: usize = 300;

fn many_wait(hand: &Hand) -> Result<(), Wrong> {
    let room = Room::new(hand, "", 1, MANY, false);
    let polls = room.clients.iter().try_for_each(|client| {
        hand.note("one more comes");
        client.task.poll();
        room.judge(hand)
    });
    let whims = Whims { polls: 30, wakers: 15, drops: 15 };
    let played =
        polls.and_then(|()| hand.play_judging(whims, || room.judge(hand)));
    let judged = played.and_then(|()| room.judge_end(hand));
    judged.map_err(|wrong| wrong.after(&format!("{MANY} tasks want a permit")))
}

/// All but two are dropped while they wait.
fn many_are_dropped(hand: &Hand) -> Result<(), Wrong> {
    let room = Room::new(hand, "", 1, MANY, false);
    let drops = || {
        for client in &room.clients {
            hand.note("one more comes");
            client.task.poll();
            room.judge(hand)?;
        }
        let kept = 1 + hand.choose(MANY - 1);
        for (number, client) in room.clients.iter().enumerate() {
            if number > 0 && number != kept {
                client.task.cancel();
                room.judge(hand)?;
            }
        }
        hand.play_judging(Whims::default(), || room.judge(hand))
    };
    let judged = drops().and_then(|()| room.judge_end(hand));
    judged.map_err(|wrong| wrong.after(&format!("{MANY} tasks are dropped")))
}

/// While some wait, as many others come and go as this number of bits can count.
fn many_come_and_go(hand: &Hand, bits: u32) -> Result<(), Wrong> {
    const MOST: Duration = Duration::from_millis(500);
    let room = Room::new(hand, "", 1, 6, false);
    let (first, last) = room.clients.split_at(3);
    first.iter().for_each(|client| client.task.poll());
    // The first three and the last three would have the same numbers.
    let others = (1 << bits) - 3;
    let what = format!("while B and C wait, {others} others come and go");
    hand.note(&what);
    let judge = || {
        let began = cpu_time_of_thread();
        let context = &mut Context::from_waker(Waker::noop());
        for n in 0..others {
            if pin!(room.acquire()).poll(context).is_ready() {
                return Err(Wrong::answer(
                    "one of them got a permit, and all permits are with others",
                ));
            }
            // It may take long to find one's place: that is not judged.
            if n % 1024 == 0 && cpu_time_of_thread() - began > MOST {
                break;
            }
        }
        room.judge(hand)?;
        last.iter().for_each(|client| client.task.poll());
        let whims = Whims { polls: 6, wakers: 6, drops: 2 };
        hand.play_judging(whims, || room.judge(hand))
    };
    let judged = judge().and_then(|()| room.judge_end(hand));
    judged.map_err(|wrong| wrong.after(&what))
}

/// One permit more than `bits` bits can count.
fn there_are_many(hand: &Hand, bits: u32) -> Result<(), Wrong> {
    let Some(permits) = 1_usize.checked_shl(bits) else { return Ok(()) };
    let room = Room::new(hand, "", permits, 3, false);
    let played = hand.play_judging(Whims::default(), || room.judge(hand));
    let judged = played.and_then(|()| room.judge_end(hand));
    judged.map_err(|wrong| wrong.after(&format!("there are {permits} permits")))
}

fn there_are_several(hand: &Hand) -> Result<(), Wrong> {
    let rooms = [" of one", " of another"]
        .map(|which| Room::new(hand, which, 1 + hand.choose(2), 3, false));
    let whims = Whims { polls: 1, wakers: 1, drops: 1 };
    let judge = || rooms.iter().try_for_each(|room| room.judge(hand));
    let played = hand.play_judging(whims, judge);
    let judged = played
        .and_then(|()| rooms.into_iter().try_for_each(|it| it.judge_end(hand)));
    judged.map_err(|wrong| wrong.after("there are two semaphores"))
}
