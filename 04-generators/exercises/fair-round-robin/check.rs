//! Judges `Scheduler`: whatever tasks do, the next is the one that has been
//! ready for the longest, and the clock sleeps only while none is.
//!
//! Ways to be wrong: a task that sleeps is resumed too early, or later than it
//! could be; those that are ready go before one that has slept and is due, or
//! the other way round; of two that are due the second goes first; equal times
//! replace one another, or change their order; what is spawned in a turn goes
//! first, or waits for all that sleep, or is lost; the clock sleeps in short
//! pieces, or not at all; the time is taken before a turn, and not after it; a
//! sleep for ever overflows; a task is resumed after its end, or kept; it works
//! for one `run` only; something grows with all sleeps there ever were.
//!
//! As shipped: and it sleeps until

use super::Scheduler;
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Display, Formatter};
use std::rc::{Rc, Weak};
use std::time::Duration;
use timeline::What;
use trials::judge::{Judge, allocated, smallest};

/// How many random stories each run tries.
const STORIES: usize = 400;

/// How often the clock may be asked while nothing happens.
const ASKED: usize = 10_000;

/// A story with more turns is neither made smaller nor told.
const MOST_SHOWN: usize = 200;

/// For ever.
const EVER: u32 = u32::MAX;

trials::answer!("exercises/fair-round-robin.rs");

#[test]
fn the_next_is_always_the_one_that_has_been_ready_for_the_longest() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    // Small ones first: they are easier to follow.
    let sizes = (0..STORIES).map(|n| 2 + n / 40).chain([40; 3]);
    let any = sizes.map(|most| Story::random(&mut dice, most));
    for story in Story::usual().into_iter().chain(any).chain([Story::crowd()]) {
        // A sign of life, for a machine that is busy.
        timeline::event(What::Run);
        if story.judge().is_err() {
            let story = match story.size() > MOST_SHOWN {
                true => story,
                false => {
                    let is_wrong = |it: &Story| it.judge().is_err();
                    smallest(story, Story::smaller, is_wrong)
                }
            };
            let why = story.judge().expect_err("it was wrong");
            panic!("{}: {story}: {} {again}", why.kind, why.sentence);
        }
    }
    judge_memory();
    judge.end();
}

/// What is wrong.
struct Why {
    kind: &'static str,
    sentence: String,
}

const WRONG: &str = "wrong answer";
const WRONG_WAY: &str = "right answer, wrong way";

/// A time that nothing but the check and `sleep_until` makes go on.
#[derive(Clone)]
pub struct Clock {
    world: Rc<World>,
}

impl Clock {
    /// What time it is.
    pub fn now(&self) -> Duration {
        self.world.note_asked();
        time(self.world.now.get())
    }

    /// Lets the time go on until then, or a little longer. If it has passed
    /// already, this does nothing.
    #[allow(dead_code, reason = "not every answer sleeps")]
    pub fn sleep_until(&self, until: Duration) {
        self.world.note_asked();
        let until = u32::try_from(until.as_millis()).unwrap_or(EVER);
        if until > self.world.now.get() {
            self.world.sleep(until);
        }
    }
}

/// What a task wants when it pauses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pause {
    /// It is ready, and goes on when it is its turn.
    Turn,
    /// It is ready when this much time has passed.
    Sleep(Duration),
    /// It has come to its end.
    End,
}

/// Something that runs until it pauses.
pub struct Task {
    world: Rc<World>,
    number: usize,
    /// How many of its turns it has had.
    turns: usize,
    is_there: Rc<()>,
}

impl Task {
    /// Runs it until its next pause, or to its end. Time passes meanwhile, and
    /// it may spawn other tasks.
    pub fn resume(&mut self, scheduler: &mut Scheduler) -> Pause {
        let world = self.world.clone();
        world.note(Event::Resumed(self.number, world.now.get()));
        let turns = &world.story.tasks[self.number];
        let Some(turn) = turns.get(self.turns) else {
            panic!(
                "wrong answer: {}: task {} was resumed, and it had come to its \
                 end",
                world.story,
                self.number + 1
            )
        };
        self.turns += 1;
        world.pass(turn.takes);
        if let Some(number) = turn.spawns {
            world.spawn(scheduler, number);
        }
        world.pass(turn.takes_then);
        if turn.then == Pause::End {
            let ended = Rc::downgrade(&self.is_there);
            world.ended.borrow_mut().push((self.number, ended));
        }
        turn.then
    }
}

/// What happens when a task is resumed.
#[derive(Clone, Copy)]
struct Turn {
    /// For so long it runs.
    takes: u32,
    spawns: Option<usize>,
    takes_then: u32,
    then: Pause,
}

#[derive(Clone, Debug, PartialEq)]
enum Event {
    /// The task of this number, at this time.
    Resumed(usize, u32),
    /// Until then.
    Slept(u32),
    /// `run` came back.
    Over,
}

/// All numbers are milliseconds.
#[derive(Clone)]
struct Story {
    tasks: Vec<Vec<Turn>>,
    /// The tasks that are spawned before each `run`.
    runs: Vec<Vec<usize>>,
    /// By how much each sleep is longer than was asked for.
    late: Vec<u32>,
}

fn time(ms: u32) -> Duration {
    match ms {
        EVER => Duration::MAX,
        ms => Duration::from_millis(ms.into()),
    }
}

fn shown(ms: u32) -> String {
    match ms {
        EVER => "the end of time".to_owned(),
        ms => format!("{ms} ms"),
    }
}

/// What there is while a story is played.
struct World {
    story: Story,
    now: Cell<u32>,
    asked: Cell<usize>,
    sleeps: Cell<usize>,
    events: RefCell<Vec<Event>>,
    /// The tasks that have come to their end, and may still be there.
    ended: RefCell<Vec<(usize, Weak<()>)>>,
    /// One of those that still was when something happened after that.
    kept: Cell<Option<usize>>,
}

impl World {
    fn pass(&self, ms: u32) {
        self.now.set(self.now.get().saturating_add(ms));
    }

    fn sleep(&self, until: u32) {
        self.note(Event::Slept(until));
        let count = self.sleeps.replace(self.sleeps.get() + 1);
        self.now.set(until.saturating_add(self.story.late_by(count)));
    }

    fn note(&self, event: Event) {
        self.asked.set(0);
        for (number, is_there) in self.ended.borrow_mut().drain(..) {
            if is_there.strong_count() > 0 {
                self.kept.set(Some(number));
            }
        }
        let mut events = self.events.borrow_mut();
        events.push(event);
        let most = 10 * self.story.size() + 100;
        assert!(
            events.len() < most,
            "wrong answer: {}: it goes on and on, after all that was to be done",
            self.story
        );
    }

    fn note_asked(&self) {
        let asked = self.asked.get() + 1;
        self.asked.set(asked);
        assert!(
            asked < ASKED,
            "right answer, wrong way: the clock is asked again and again, and \
             it goes on only while a task runs, or in `sleep_until`"
        );
    }

    fn spawn(self: &Rc<World>, scheduler: &mut Scheduler, number: usize) {
        let world = self.clone();
        let is_there = Rc::new(());
        scheduler.spawn(Task { world, number, turns: 0, is_there });
    }
}

impl Story {
    /// Small ones, which show the usual mistakes.
    fn usual() -> Vec<Story> {
        let sleeps = |ms| Turn::new(1, Pause::Sleep(time(ms)));
        let turn = || Turn::new(1, Pause::Turn);
        let ends = || Turn::new(1, Pause::End);
        let story = |tasks: Vec<Vec<Turn>>| {
            let first = (0..tasks.len()).collect();
            Story { tasks, runs: vec![first], late: vec![0] }
        };
        vec![
            story(vec![vec![sleeps(3), ends()]]),
            story(vec![vec![turn(), ends()], vec![turn(), ends()]]),
            story(vec![vec![sleeps(5), ends()], vec![sleeps(2), ends()]]),
            story(vec![vec![sleeps(1), ends()], vec![turn(), turn(), ends()]]),
            story(vec![vec![sleeps(EVER), ends()]]),
        ]
    }

    /// Many tasks, of which many are ready at the same time.
    fn crowd() -> Story {
        let turns = |others| {
            let all = [Pause::Turn, others, Pause::Turn, Pause::End];
            all.map(|then| Turn::new(0, then)).to_vec()
        };
        let two = [Pause::Turn, Pause::Sleep(time(2))];
        let tasks = two.repeat(50).into_iter().map(turns).collect();
        let runs = vec![(0..100).collect()];
        Story { tasks, runs, late: vec![0] }
    }

    fn random(dice: &mut Dice, most: usize) -> Story {
        let count = 1 + dice.below(most);
        let mut first = vec![0];
        let mut tasks: Vec<Vec<Turn>> = Vec::new();
        let mut second = Vec::new();
        for number in 0..count {
            let turns = (0..dice.below(most)).map(|_| Turn::random(dice));
            let mut turns: Vec<Turn> = turns.collect();
            turns.push(Turn { then: Pause::End, ..Turn::random(dice) });
            tasks.push(turns);
            if number == 0 {
                continue;
            }
            // It is there from the start, or one before it spawns it.
            let parent = dice.below(number);
            let place = dice.below(tasks[parent].len());
            let turn = &mut tasks[parent][place];
            match dice.below(6) {
                0 => second.push(number),
                1 | 2 if turn.spawns.is_none() => turn.spawns = Some(number),
                _ => first.push(number),
            }
        }
        let late = match dice.below(3) {
            0 => (0..5).map(|_| dice.below(4) as u32).collect(),
            _ => vec![0],
        };
        Story { tasks, runs: vec![first, second], late }
    }

    /// With a turn less, a task less, or a turn that does less.
    fn smaller(&self) -> Vec<Story> {
        let mut all = Vec::new();
        for (n, run) in self.runs.iter().enumerate() {
            for place in 0..run.len() {
                let mut less = self.clone();
                less.runs[n].remove(place);
                all.push(less);
            }
        }
        if self.late != [0] {
            all.push(Story { late: vec![0], ..self.clone() });
        }
        for (number, turns) in self.tasks.iter().enumerate() {
            for (place, turn) in turns.iter().enumerate() {
                if turn.then != Pause::End {
                    let mut less = self.clone();
                    less.tasks[number].remove(place);
                    all.push(less);
                }
                for smaller in turn.smaller() {
                    let mut less = self.clone();
                    less.tasks[number][place] = smaller;
                    all.push(less);
                }
            }
        }
        all
    }

    fn size(&self) -> usize {
        self.tasks.iter().map(Vec::len).sum()
    }

    fn late_by(&self, sleep: usize) -> u32 {
        self.late[sleep % self.late.len()]
    }

    /// Plays it with the answer's scheduler, and says what is wrong.
    fn judge(&self) -> Result<(), Why> {
        let world = Rc::new(World {
            story: self.clone(),
            now: Cell::new(0),
            asked: Cell::new(0),
            sleeps: Cell::new(0),
            events: RefCell::default(),
            ended: RefCell::default(),
            kept: Cell::new(None),
        });
        let mut scheduler = Scheduler::new(Clock { world: world.clone() });
        for run in &self.runs {
            for &number in run {
                world.spawn(&mut scheduler, number);
            }
            scheduler.run();
            world.note(Event::Over);
        }
        let seen = world.events.borrow();
        let due = Model::of(self, usize::MAX).events;
        let different =
            (0..due.len().max(seen.len())).find(|&n| seen.get(n) != due.get(n));
        if let Some(n) = different {
            return Err(Model::of(self, n).explain(seen.get(n)));
        }
        if let Some(number) = world.kept.get() {
            let sentence =
                format!("task {} has come to its end, and is kept", number + 1);
            return Err(Why { kind: WRONG_WAY, sentence });
        }
        Ok(())
    }
}

impl Turn {
    fn new(takes: u32, then: Pause) -> Turn {
        Turn { takes, spawns: None, takes_then: 0, then }
    }

    /// Small numbers, so that many things come at the same time.
    fn random(dice: &mut Dice) -> Turn {
        let takes = dice.below(4) as u32;
        let then = match dice.below(5) {
            0 | 1 => Pause::Turn,
            2 => Pause::Sleep(time(dice.below(3) as u32)),
            _ => Pause::Sleep(time(dice.below(12) as u32)),
        };
        let takes_then = dice.below(3) as u32;
        Turn { takes_then, ..Turn::new(takes, then) }
    }

    fn smaller(&self) -> Vec<Turn> {
        let mut all = Vec::new();
        if self.spawns.is_some() {
            all.push(Turn { spawns: None, ..*self });
        }
        if self.takes_then > 0 {
            all.push(Turn { takes_then: self.takes_then - 1, ..*self });
        }
        if self.takes > 0 {
            all.push(Turn { takes: self.takes - 1, ..*self });
        }
        if let Pause::Sleep(long) = self.then
            && long != Duration::MAX
        {
            let then = match long.checked_sub(time(1)) {
                Some(less) => Pause::Sleep(less),
                None => Pause::Turn,
            };
            all.push(Turn { then, ..*self });
        }
        all
    }
}

/// A task that is there: from when on it is ready, how many were queued before
/// it, its number, and how many turns it has had.
type Waiting = (u32, usize, usize, usize);

/// What has to happen, by a sorted list.
struct Model<'a> {
    story: &'a Story,
    now: u32,
    sleeps: usize,
    ever_queued: usize,
    /// Sorted.
    waiting: Vec<Waiting>,
    events: Vec<Event>,
}

impl<'a> Model<'a> {
    /// What is the case after a number of events, or at the end.
    fn of(story: &'a Story, events: usize) -> Model<'a> {
        let (waiting, all) = (Vec::new(), Vec::new());
        let (now, sleeps, ever_queued) = (0, 0, 0);
        let mut model =
            Model { story, now, sleeps, ever_queued, waiting, events: all };
        for run in &story.runs {
            for &number in run {
                model.queue(0, number, 0);
            }
            loop {
                if model.events.len() == events {
                    return model;
                }
                match model.waiting.first() {
                    None => break,
                    Some((ready, ..)) if *ready > model.now => model.sleep(),
                    Some(_) => model.resume(),
                }
            }
            model.events.push(Event::Over);
        }
        model
    }

    fn queue(&mut self, after: u32, number: usize, turns: usize) {
        let ready = self.now.saturating_add(after);
        self.waiting.push((ready, self.ever_queued, number, turns));
        self.ever_queued += 1;
        self.waiting.sort_unstable();
    }

    fn sleep(&mut self) {
        let (until, ..) = self.waiting[0];
        self.events.push(Event::Slept(until));
        self.now = until.saturating_add(self.story.late_by(self.sleeps));
        self.sleeps += 1;
    }

    fn resume(&mut self) {
        let (_, _, number, turns) = self.waiting.remove(0);
        self.events.push(Event::Resumed(number, self.now));
        let turn = &self.story.tasks[number][turns];
        self.now = self.now.saturating_add(turn.takes);
        if let Some(number) = turn.spawns {
            self.queue(0, number, 0);
        }
        self.now = self.now.saturating_add(turn.takes_then);
        match turn.then {
            Pause::Turn => self.queue(0, number, turns + 1),
            Pause::Sleep(long) => {
                let long = u32::try_from(long.as_millis()).unwrap_or(EVER);
                self.queue(long, number, turns + 1);
            }
            Pause::End => {}
        }
    }

    /// Says what is wrong where the answer did one thing and had to do another.
    fn explain(&self, seen: Option<&Event>) -> Why {
        let first = self.waiting.first();
        let next = first.map_or("no task is left".to_owned(), describe);
        let is_ready = first.is_some_and(|(ready, ..)| *ready <= self.now);
        let (kind, sentence) = match (seen, first) {
            (Some(Event::Resumed(number, at)), _) => {
                (WRONG, self.why_not(*number, *at))
            }
            (Some(Event::Slept(until)), Some((ready, ..)))
                if !is_ready && until < ready =>
            {
                let until = shown(*until);
                (
                    WRONG_WAY,
                    format!("the clock slept until {until} only, and {next}"),
                )
            }
            (Some(Event::Slept(until)), _) => {
                let until = shown(*until);
                (WRONG, format!("the clock slept until {until}, and {next}"))
            }
            _ => (WRONG, format!("`run` came back, and {next}")),
        };
        Why { kind, sentence }
    }

    /// Why this task was not to be resumed, but another one.
    fn why_not(&self, number: usize, at: u32) -> String {
        let told = format!("task {} was resumed at {}", number + 1, shown(at));
        let own = self.waiting.iter().find(|it| it.2 == number);
        match own {
            None => format!("{told}, and it was not there"),
            Some((ready, ..)) if *ready > at => {
                format!("{told}, and it sleeps until {}", shown(*ready))
            }
            Some((ready, ..)) => {
                let (first, _, next, _) = self.waiting[0];
                let next = next + 1;
                let other = match first < *ready {
                    true => format!("task {next} at {} already", shown(first)),
                    false => {
                        format!("so was task {next}, which was queued first")
                    }
                };
                format!(
                    "{told}; it was ready at {}, and {other}",
                    shown(*ready)
                )
            }
        }
    }
}

/// `task 2 is ready at 3 ms`
fn describe((ready, _, number, _): &Waiting) -> String {
    format!("task {} is ready at {}", number + 1, shown(*ready))
}

/// What is over needs no memory.
fn judge_memory() {
    const TURNS: usize = 20_000;
    const MOST: isize = 100_000;

    let sleeps = Turn::new(1, Pause::Sleep(time(1)));
    let turn = Turn::new(1, Pause::Turn);
    let mut turns = [sleeps, turn].repeat(TURNS / 2);
    turns.push(Turn::new(1, Pause::End));
    let story =
        Story { tasks: vec![turns], runs: vec![vec![0]], late: vec![0] };
    let world = Rc::new(World {
        story,
        now: Cell::new(0),
        asked: Cell::new(0),
        sleeps: Cell::new(0),
        events: RefCell::new(Vec::with_capacity(3 * TURNS)),
        ended: RefCell::default(),
        kept: Cell::new(None),
    });
    let mut scheduler = Scheduler::new(Clock { world: world.clone() });
    world.spawn(&mut scheduler, 0);
    let before = allocated();
    scheduler.run();
    let held = allocated() - before;
    assert!(
        held < MOST,
        "right answer, wrong way: a task had {TURNS} turns and has come to its \
         end, and {held} bytes of memory are kept"
    );
}

impl Display for Story {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (tasks, turns) = (self.tasks.len(), self.size());
        if turns > MOST_SHOWN {
            return write!(f, "{tasks} tasks with {turns} turns");
        }
        // Those that are spawned by others come after them.
        let mut parts = Vec::new();
        for (n, run) in self.runs.iter().enumerate() {
            let mut to_tell: Vec<usize> = run.iter().copied().rev().collect();
            if n > 0 && !run.is_empty() {
                parts.push("when all is over".to_owned());
            }
            while let Some(number) = to_tell.pop() {
                let turns = &self.tasks[number];
                to_tell.extend(turns.iter().rev().filter_map(|it| it.spawns));
                let turns: Vec<_> = turns.iter().map(Turn::to_string).collect();
                parts.push(format!("task {} {}", number + 1, turns.join(", ")));
            }
        }
        f.write_str(&parts.join("; "))?;
        if self.late.iter().any(|&late| late > 0) {
            write!(f, "; sleeps are late by {:?} ms", self.late)?;
        }
        Ok(())
    }
}

impl Display for Turn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.takes > 0 {
            write!(f, "runs {} ms, ", self.takes)?;
        }
        if let Some(number) = self.spawns {
            write!(f, "spawns task {}, ", number + 1)?;
        }
        if self.takes_then > 0 {
            write!(f, "runs {} ms, ", self.takes_then)?;
        }
        match self.then {
            Pause::Turn => f.write_str("pauses"),
            Pause::Sleep(Duration::MAX) => f.write_str("sleeps for ever"),
            Pause::Sleep(long) => write!(f, "sleeps {} ms", long.as_millis()),
            Pause::End => f.write_str("ends"),
        }
    }
}
