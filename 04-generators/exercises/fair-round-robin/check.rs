//! Judges `Scheduler`: whatever tasks do, the next is the one that has been
//! ready for the longest, and the clock sleeps only while none is.
//!
//! Ways to be wrong: a task that sleeps is resumed too early, or later than it
//! could be; those that are ready go before one that has slept and is due, or
//! the other way round; of two that are due the second goes first; equal times
//! replace one another, or change their order; what is spawned in a turn goes
//! first, or waits for all that sleep, or is lost; the clock sleeps in short
//! pieces, or not at all; the time is taken before a turn, and not after it; a
//! sleep for ever overflows; times are rounded, or long ones do not fit; a task
//! is resumed after its end, or kept; it works for one `run` only, or for one
//! scheduler; something grows with all sleeps there ever were.
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

/// Most stories are told in milliseconds.
const MS: Duration = Duration::from_millis(1);

const HOUR: Duration = Duration::from_secs(3600);

/// For ever, and the end of time.
const EVER: Duration = Duration::MAX;

/// No story takes as long: sleeping until then is sleeping for ever.
const FAR: Duration = Duration::from_secs(25 * 365 * 24 * 3600);

trials::answer!("exercises/fair-round-robin.rs");

#[test]
fn the_next_is_always_the_one_that_has_been_ready_for_the_longest() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    // Small ones first: they are easier to follow.
    let sizes = (0..STORIES).map(|n| 2 + n / 40).chain([40; 3]);
    let any = sizes.map(|most| Story::random(&mut dice, most));
    for story in Story::usual().into_iter().chain(any) {
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
    judge_crowd();
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
        self.world.now.get()
    }

    /// Lets the time go on until then, or a little longer. If it has passed
    /// already, this does nothing.
    #[allow(dead_code, reason = "not every answer sleeps")]
    pub fn sleep_until(&self, until: Duration) {
        self.world.note_asked();
        if until > self.world.now.get() {
            self.world.sleep(if until < FAR { until } else { EVER });
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
        world.note_resumed(self.number);
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
    takes: Duration,
    spawns: Option<usize>,
    takes_then: Duration,
    then: Pause,
}

#[derive(Clone, Debug, PartialEq)]
enum Event {
    /// The task of this number, at this time.
    Resumed(usize, Duration),
    /// Until then.
    Slept(Duration),
    /// `run` came back.
    Over,
}

#[derive(Clone)]
struct Story {
    /// All its times are multiples of this.
    unit: Duration,
    tasks: Vec<Vec<Turn>>,
    /// The tasks that are spawned before each `run`.
    runs: Vec<Vec<usize>>,
    /// By how much each sleep is longer than was asked for.
    late: Vec<Duration>,
}

fn shown(time: Duration) -> String {
    let whole =
        |unit: Duration| time.as_nanos().is_multiple_of(unit.as_nanos());
    match time {
        EVER => "the end of time".to_owned(),
        time if time >= HOUR && whole(HOUR) => {
            format!("{} h", time.as_nanos() / HOUR.as_nanos())
        }
        time if whole(MS) => format!("{} ms", time.as_millis()),
        time => format!("{} ns", time.as_nanos()),
    }
}

/// What there is while a story is played.
struct World {
    story: Story,
    now: Cell<Duration>,
    /// Set while `run` runs.
    is_running: Cell<bool>,
    asked: Cell<usize>,
    sleeps: Cell<usize>,
    events: RefCell<Vec<Event>>,
    /// The tasks that have come to their end, and may still be there.
    ended: RefCell<Vec<(usize, Weak<()>)>>,
    /// One of those that still was when something happened after that.
    kept: Cell<Option<usize>>,
}

impl World {
    fn new(story: &Story) -> Rc<World> {
        Rc::new(World {
            story: story.clone(),
            now: Cell::default(),
            is_running: Cell::default(),
            asked: Cell::default(),
            sleeps: Cell::default(),
            events: RefCell::default(),
            ended: RefCell::default(),
            kept: Cell::default(),
        })
    }

    fn pass(&self, time: Duration) {
        self.now.set(self.now.get().saturating_add(time));
    }

    fn run(&self, scheduler: &mut Scheduler) {
        self.is_running.set(true);
        scheduler.run();
        self.is_running.set(false);
        self.note(Event::Over);
    }

    fn note_resumed(&self, number: usize) {
        assert!(
            self.is_running.get(),
            "wrong answer: {}: task {} was resumed, and not by the `run` of \
             its scheduler",
            self.story,
            number + 1
        );
        self.note(Event::Resumed(number, self.now.get()));
    }

    fn sleep(&self, until: Duration) {
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
    /// All tasks are there from the start.
    fn new(tasks: Vec<Vec<Turn>>) -> Story {
        let runs = vec![(0..tasks.len()).collect()];
        Story { unit: MS, tasks, runs, late: vec![Duration::ZERO] }
    }

    /// Small ones, which show the usual mistakes.
    fn usual() -> Vec<Story> {
        let sleeps = |long| Turn::new(MS, Pause::Sleep(long));
        let turn = || Turn::new(MS, Pause::Turn);
        let ends = || Turn::new(MS, Pause::End);
        vec![
            Story::new(vec![vec![sleeps(3 * MS), ends()]]),
            Story::new(vec![vec![turn(), ends()], vec![turn(), ends()]]),
            Story::new(vec![
                vec![sleeps(5 * MS), ends()],
                vec![sleeps(2 * MS), ends()],
            ]),
            Story::new(vec![
                vec![sleeps(MS), ends()],
                vec![turn(), turn(), ends()],
            ]),
            Story::new(vec![vec![sleeps(Duration::from_nanos(1)), ends()]]),
            Story::new(vec![vec![sleeps(48 * HOUR), ends()]]),
            Story::new(vec![vec![sleeps(EVER), ends()]]),
            Story::new(vec![
                vec![sleeps(EVER), ends()],
                vec![sleeps(EVER), ends()],
            ]),
        ]
    }

    /// Many tasks, of which many are ready at the same time.
    fn crowd() -> Story {
        const TASKS: usize = 1_100;
        let turns = |number: usize| {
            let others = [Pause::Turn, Pause::Sleep(2 * MS)][number % 2];
            let all = [Pause::Turn, others, Pause::Turn, Pause::End];
            all.map(|then| Turn::new(Duration::ZERO, then)).to_vec()
        };
        Story::new((0..TASKS).map(turns).collect())
    }

    fn random(dice: &mut Dice, most: usize) -> Story {
        let count = 1 + dice.below(most);
        let unit = match dice.below(8) {
            0 => Duration::from_nanos(1),
            1 => 24 * HOUR,
            _ => MS,
        };
        let has_ever = dice.below(6) == 0;
        let mut first = vec![0];
        let mut tasks: Vec<Vec<Turn>> = Vec::new();
        let mut second = Vec::new();
        for number in 0..count {
            let turns = (0..dice.below(most)).map(|_| Turn::random(dice, unit));
            let mut turns: Vec<Turn> = turns.collect();
            // At the end of time nothing sleeps any more, nor is spawned.
            if let Some(last) = turns.last_mut()
                && has_ever
                && dice.below(2) == 0
            {
                last.then = Pause::Sleep(EVER);
            }
            turns.push(Turn { then: Pause::End, ..Turn::random(dice, unit) });
            tasks.push(turns);
            if number == 0 {
                continue;
            }
            // It is there from the start, or one before it spawns it.
            let parent = &mut tasks[dice.below(number)];
            let place = dice.below(parent.len());
            let is_late =
                place > 0 && parent[place - 1].then == Pause::Sleep(EVER);
            let spawns = &mut parent[place].spawns;
            match dice.below(6) {
                0 if !has_ever => second.push(number),
                1 | 2 if spawns.is_none() && !is_late => *spawns = Some(number),
                _ => first.push(number),
            }
        }
        let late = match dice.below(3) {
            0 => (0..5).map(|_| dice.below(4) as u32 * unit).collect(),
            _ => vec![Duration::ZERO],
        };
        Story { unit, tasks, runs: vec![first, second], late }
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
        if self.late != [Duration::ZERO] {
            all.push(Story { late: vec![Duration::ZERO], ..self.clone() });
        }
        for (number, turns) in self.tasks.iter().enumerate() {
            for (place, turn) in turns.iter().enumerate() {
                if turn.then != Pause::End {
                    let mut less = self.clone();
                    less.tasks[number].remove(place);
                    all.push(less);
                }
                for smaller in turn.smaller(self.unit) {
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

    fn late_by(&self, sleep: usize) -> Duration {
        self.late[sleep % self.late.len()]
    }

    /// Plays it with the answer's scheduler, and says what is wrong.
    fn judge(&self) -> Result<(), Why> {
        self.play([self.begin()])?;
        self.play([self.begin(), self.begin()]).map_err(|why| {
            let sentence = format!("two schedulers at once: {}", why.sentence);
            Why { sentence, ..why }
        })
    }

    fn begin(&self) -> (Rc<World>, Scheduler) {
        let world = World::new(self);
        let scheduler = Scheduler::new(Clock { world: world.clone() });
        (world, scheduler)
    }

    /// Each has tasks of its own before one of them runs.
    fn play<const N: usize>(
        &self,
        mut all: [(Rc<World>, Scheduler); N],
    ) -> Result<(), Why> {
        for run in &self.runs {
            for (world, scheduler) in &mut all {
                for &number in run {
                    world.spawn(scheduler, number);
                }
            }
            for (world, scheduler) in &mut all {
                world.run(scheduler);
            }
        }
        all.iter().try_for_each(|(world, _)| self.compare(world))
    }

    fn compare(&self, world: &World) -> Result<(), Why> {
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
    fn new(takes: Duration, then: Pause) -> Turn {
        Turn { takes, spawns: None, takes_then: Duration::ZERO, then }
    }

    /// Small numbers, so that many things come at the same time.
    fn random(dice: &mut Dice, unit: Duration) -> Turn {
        let mut below = |n| dice.below(n) as u32;
        let takes = below(4) * unit;
        let then = match below(5) {
            0 | 1 => Pause::Turn,
            2 => Pause::Sleep(below(3) * unit),
            _ => Pause::Sleep(below(12) * unit),
        };
        let takes_then = below(3) * unit;
        Turn { takes_then, ..Turn::new(takes, then) }
    }

    fn smaller(&self, unit: Duration) -> Vec<Turn> {
        let mut all = Vec::new();
        if self.spawns.is_some() {
            all.push(Turn { spawns: None, ..*self });
        }
        if let Some(takes_then) = self.takes_then.checked_sub(unit) {
            all.push(Turn { takes_then, ..*self });
        }
        if let Some(takes) = self.takes.checked_sub(unit) {
            all.push(Turn { takes, ..*self });
        }
        if let Pause::Sleep(long) = self.then {
            let then = match long.checked_sub(unit) {
                Some(less) if long != EVER => Pause::Sleep(less),
                _ => Pause::Turn,
            };
            all.push(Turn { then, ..*self });
        }
        all
    }
}

/// A task that is there: from when on it is ready, how many were queued before
/// it, its number, and how many turns it has had.
type Waiting = (Duration, usize, usize, usize);

/// What has to happen, by a sorted list.
struct Model<'a> {
    story: &'a Story,
    now: Duration,
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
        let (now, sleeps, ever_queued) = (Duration::ZERO, 0, 0);
        let mut model =
            Model { story, now, sleeps, ever_queued, waiting, events: all };
        for run in &story.runs {
            for &number in run {
                model.queue(Duration::ZERO, number, 0);
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

    fn queue(&mut self, after: Duration, number: usize, turns: usize) {
        let ready = self.now.saturating_add(after);
        let queued = (ready, self.ever_queued, number, turns);
        let place = self.waiting.partition_point(|other| *other < queued);
        self.waiting.insert(place, queued);
        self.ever_queued += 1;
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
            self.queue(Duration::ZERO, number, 0);
        }
        self.now = self.now.saturating_add(turn.takes_then);
        match turn.then {
            Pause::Turn => self.queue(Duration::ZERO, number, turns + 1),
            Pause::Sleep(long) => self.queue(long, number, turns + 1),
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
    fn why_not(&self, number: usize, at: Duration) -> String {
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

/// With many tasks there are many turns, and no two have the same number.
fn judge_crowd() {
    timeline::event(What::Run);
    let story = Story::crowd();
    if let Err(Why { kind, sentence }) = story.play([story.begin()]) {
        panic!("{kind}: {story}: {sentence}");
    }
}

/// What is over needs no memory, and one task may have many turns.
fn judge_memory() {
    const MOST: isize = 8_000;

    // What grows gets slow, too: so a thousand turns come first.
    for turns in [1_000, 70_000] {
        timeline::event(What::Run);
        let sleeps = Turn::new(MS, Pause::Sleep(MS));
        let turn = Turn::new(MS, Pause::Turn);
        let mut all = [sleeps, turn].repeat(turns / 2);
        all.push(Turn::new(MS, Pause::End));
        let (world, mut scheduler) = Story::new(vec![all]).begin();
        world.events.borrow_mut().reserve(3 * turns);
        world.spawn(&mut scheduler, 0);
        let before = allocated();
        world.run(&mut scheduler);
        let held = allocated() - before;
        assert!(
            held < MOST,
            "right answer, wrong way: a task had {turns} turns and has come to \
             its end, and {held} bytes of memory are kept"
        );
    }
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
        if parts.is_empty() {
            return f.write_str("no task");
        }
        f.write_str(&parts.join("; "))?;
        if self.late.iter().any(|late| !late.is_zero()) {
            let late: Vec<_> = self.late.iter().copied().map(shown).collect();
            write!(f, "; sleeps are late by {}", late.join(", "))?;
        }
        Ok(())
    }
}

impl Display for Turn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.takes.is_zero() {
            write!(f, "runs {}, ", shown(self.takes))?;
        }
        if let Some(number) = self.spawns {
            write!(f, "spawns task {}, ", number + 1)?;
        }
        if !self.takes_then.is_zero() {
            write!(f, "runs {}, ", shown(self.takes_then))?;
        }
        match self.then {
            Pause::Turn => f.write_str("pauses"),
            Pause::Sleep(EVER) => f.write_str("sleeps for ever"),
            Pause::Sleep(long) => write!(f, "sleeps {}", shown(long)),
            Pause::End => f.write_str("ends"),
        }
    }
}
