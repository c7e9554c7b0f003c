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
//! waker needs; a waker is kept after the end, or one of each poll; few can
//! wait; it wakes itself, or does not come back; semaphores share something.
//!
//! As shipped: came before it and waits

use super::{Acquire, Permit, Semaphore};
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
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
    try_orders(dice, 1, many_wait);
    try_orders(dice, 1, many_are_dropped);
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
    semaphore: Semaphore,
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
        let semaphore = Semaphore::new(permits);
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
        let acquire = Box::pin(self.semaphore.acquire());
        let task = hand.spawn(name, Judged { place, acquire });
        if polls_at_once {
            task.poll_at_once();
        }
        self.clients.push(Client { task, seen: Cell::new((0, 0)) });
    }

    /// Judges what the last step has done.
    fn judge(&self, hand: &Hand) -> Result<(), Wrong> {
        self.line.wrong.take().map_or(Ok(()), Err)?;
        for (number, client) in self.clients.iter().enumerate() {
            self.judge_one(number, client)?;
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

    fn judge_one(&self, number: usize, client: &Client) -> Result<(), Wrong> {
        let Client { task, seen } = client;
        let (name, line) = (|| task.name(), &self.line);
        let (polls, wakes) = seen.replace((task.polls(), task.wakes()));
        let kept = task.wakers() + task.old_wakers();
        // A poll of it has panicked, and the hand says so.
        if task.is_over() && line.place(number).is_some() {
            return Ok(());
        }
        if task.is_over() && kept > 0 {
            return Err(Wrong::way(format!(
                "{} does not wait any more, and a waker of it is kept",
                name()
            )));
        }
        let Some(place) = line.place(number) else { return Ok(()) };
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
        if task.sleeps() && kept > 1 {
            return Err(Wrong::way(format!(
                "{} waits for one permit, and {kept} wakers of it are kept",
                name()
            )));
        }
        Ok(())
    }

    /// Nothing more happens. All permits must be there.
    fn judge_end(mut self, hand: &Hand) -> Result<(), Wrong> {
        self.judge(hand)?;
        for client in &self.clients {
            if !client.task.is_over() {
                return Err(client.task.sleeps_on());
            }
        }
        for _ in 0..self.permits {
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

/// Two permits come back before any of those that wait has its turn.
fn two_come_back_at_once(hand: &Hand) -> Result<(), Wrong> {
    let room = Room::new(hand, "", 2, 5, false);
    room.clients.iter().for_each(|client| client.task.poll());
    let permits = [0, 1].map(|it| room.clients[it].task.take());
    for (permit, name) in permits.into_iter().zip(NAMES) {
        let gives = format!("{name} gives its permit back");
        hand.note(&gives);
        room.line.free.set(room.line.free.get() + 1);
        room.line.happened.replace(gives);
        drop(permit);
        room.judge(hand)?;
    }
    let whims = Whims { polls: 1, wakers: 0, drops: 1 };
    hand.play_judging(whims, || room.judge(hand))?;
    room.judge_end(hand)
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
    let played = polls.and_then(|()| {
        hand.play_judging(Whims::default(), || room.judge(hand))
    });
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
