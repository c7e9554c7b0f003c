//! Judges `Timers`: whatever is set and cancelled, also by callbacks, what is
//! called is what a sorted list calls.
//!
//! Ways to be wrong: the order of the calls; equal times; too early, or a
//! moment too late; twice, or never; a timer that was cancelled is called, in
//! particular if another callback of the same turn has cancelled it; a cancel
//! takes another one; what `cancel` says of a timer that was called, or was
//! cancelled before; what is set in a turn is called in it, so that one that
//! sets itself again keeps the loop for ever, or is lost; `next_due` is that of
//! a timer that was cancelled or called, or not the first; a closure is kept,
//! if only until the turn is over; right for a few timers, or short times, and
//! not for a thousand, or for times near the largest; a number begins anew, and
//! an `Id` of long ago is that of another timer; something grows with all
//! timers that were ever set, or with those that were cancelled and would be
//! due later.
//!
//! As shipped: `next_due` gave None, and it has to be

use super::{Id, Timers};
use lab::Dice;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::iter;
use std::mem::take;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;
use trials::judge::{Judge, smallest};

/// How many random stories each run tries.
const STORIES: usize = 300;

/// How many timers the largest story has.
const LARGEST: usize = 1300;

mod long;

trials::answer!("exercises/timers-in-order.rs");

#[test]
fn timers_are_called_in_order_and_those_that_are_cancelled_are_not() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    let mut leaking = None;
    let mut try_out = |story: Story| {
        let played = story.play();
        if story.judge(&played).is_some() {
            let wrong = |it: &Story| it.judge(&it.play()).is_some();
            let story = smallest(story, Story::smaller, wrong);
            let why = story.judge(&story.play()).expect("it was wrong");
            panic!("wrong answer: {story}: {why} {again}");
        }
        if played.kept.is_some() {
            leaking.get_or_insert(story);
        }
    };
    // Small ones first: they are easier to follow.
    Story::usual().into_iter().for_each(&mut try_out);
    for n in 0..STORIES {
        try_out(Story::random(&mut dice, 2 + n / 30));
    }
    let kept = long::judge(&mut dice);
    for most in [50, 100, 300, LARGEST] {
        try_out(Story::large(&mut dice, most));
    }
    if let Some(story) = leaking {
        let leaks = |it: &Story| it.play().kept.is_some();
        let story = smallest(story, Story::smaller, leaks);
        let why = story.play().kept.expect("it leaks");
        panic!("right answer, wrong way: {story}: {why} {again}");
    }
    if let Some(kept) = kept {
        panic!("right answer, wrong way: {kept}");
    }
    judge.end();
}

/// A timer of a story, by its place in it.
type Number = usize;

#[derive(Clone, Copy)]
enum Act {
    /// It is set, again or for the first time.
    Set(Number),
    Cancel(Number),
}

#[derive(Clone, Copy)]
enum Step {
    Does(Act),
    /// `run_due` is called, this much later than the last time.
    Run(u32),
}

#[derive(Clone, Default)]
struct Plan {
    /// When it is due.
    due: u32,
    /// What its callback does.
    acts: Vec<Act>,
}

#[derive(Clone)]
struct Story {
    timers: Vec<Plan>,
    steps: Vec<Step>,
    clock: Clock,
}

/// What time it is, in a story that counts in small numbers.
#[derive(Clone, Copy, PartialEq)]
struct Clock {
    start: Duration,
    unit: Duration,
}

/// As plain as can be.
const PLAIN: [Clock; 2] = [
    Clock { start: Duration::ZERO, unit: Duration::from_secs(1) },
    Clock { start: Duration::ZERO, unit: Duration::from_nanos(1) },
];

impl Clock {
    /// One that has not passed the largest time there is at `end`.
    fn random(dice: &mut Dice, end: u32) -> Clock {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        const CENTURY: Duration = Duration::from_secs(36_525 * 24 * 60 * 60);

        let [seconds, nanoseconds] = PLAIN.map(|plain| plain.unit);
        let unit = dice.one_of(&[seconds, nanoseconds, DAY, CENTURY]);
        let start = match dice.below(4) {
            0 => Duration::from_nanos(dice.number()),
            1 => Duration::MAX - end * unit,
            _ => Duration::ZERO,
        };
        Clock { start, unit }
    }

    fn time(self, n: u32) -> Duration {
        self.start + n * self.unit
    }
}

impl Story {
    /// Small ones, which show the usual mistakes.
    fn usual() -> Vec<Story> {
        let set = |n| Step::Does(Act::Set(n));
        let cancel = |n| Step::Does(Act::Cancel(n));
        // Some of these timers do one thing when they are called.
        let story = |dues: &[u32], acts: &[(Number, Act)], steps: &[Step]| {
            let plans = dues.iter().map(|due| Plan { due: *due, acts: vec![] });
            let mut timers: Vec<Plan> = plans.collect();
            for (number, act) in acts {
                timers[*number].acts.push(*act);
            }
            Story { timers, steps: steps.to_vec(), clock: PLAIN[0] }
        };
        let two = [set(0), set(1), Step::Run(1)];
        vec![
            story(&[1, 1], &[], &two),
            story(&[1], &[(0, Act::Set(0))], &[set(0), Step::Run(1)]),
            story(&[1, 1], &[(0, Act::Cancel(1))], &two),
            story(&[1, 1], &[], &[set(0), set(1), cancel(0), Step::Run(1)]),
            story(&[1, 1], &[], &[set(0), Step::Run(1), set(1), cancel(0)]),
        ]
    }

    fn random(dice: &mut Dice, most: usize) -> Story {
        let count = 1 + dice.below(most);
        let act = |dice: &mut Dice| match dice.below(2) {
            0 => Act::Set(dice.below(count)),
            _ => Act::Cancel(dice.below(count)),
        };
        // Small numbers, so that many are due together.
        let plan = |dice: &mut Dice| Plan {
            due: dice.below(2 + count) as u32,
            acts: (0..dice.below(3)).map(|_| act(dice)).collect(),
        };
        let timers = (0..count).map(|_| plan(dice)).collect();
        let (mut steps, mut number) = (Vec::new(), 0);
        for _ in 0..dice.below(3 * most) {
            steps.push(match dice.below(5) {
                0 => Step::Does(Act::Cancel(dice.below(count))),
                1 => Step::Run(dice.below(3) as u32),
                _ if number < count => {
                    number += 1;
                    Step::Does(Act::Set(number - 1))
                }
                _ => break,
            });
        }
        // All of them come.
        steps.push(Step::Run(2 + count as u32));
        Story::at_any_time(dice, timers, steps)
    }

    /// Many that are due at a few times, in one turn. Some are cancelled before
    /// that. Of the callbacks some cancel another one, often the one that is
    /// next, and some set one for the next turn.
    fn large(dice: &mut Dice, count: usize) -> Story {
        let times = 1 + dice.below(4);
        let plan = |n: Number, dice: &mut Dice| {
            let next = (n + times).min(count - 1);
            let acts = match dice.below(20) {
                0 => vec![Act::Set(dice.below(count))],
                1 => vec![Act::Cancel(dice.below(count))],
                2 => vec![Act::Cancel(next)],
                _ => vec![],
            };
            Plan { due: (n % times) as u32, acts }
        };
        let timers = (0..count).map(|n| plan(n, dice)).collect();
        let mut steps: Vec<_> =
            (0..count).map(|n| Step::Does(Act::Set(n))).collect();
        for _ in 0..count / 20 {
            steps.push(Step::Does(Act::Cancel(dice.below(count))));
        }
        steps.extend([Step::Run(times as u32), Step::Run(0)]);
        Story::at_any_time(dice, timers, steps)
    }

    fn at_any_time(
        dice: &mut Dice,
        timers: Vec<Plan>,
        steps: Vec<Step>,
    ) -> Story {
        let mut end = timers.iter().map(|timer| timer.due).max().unwrap_or(0);
        let runs = steps.iter().map(|step| match step {
            Step::Run(after) => *after,
            Step::Does(_) => 0,
        });
        end = end.max(runs.sum());
        Story { timers, steps, clock: Clock::random(dice, end) }
    }

    /// With fewer steps, or callbacks that do less, or shorter times. Of a
    /// large one many at once: each story takes its time.
    fn smaller(&self) -> Vec<Story> {
        let many = if self.steps.len() > 200 { 8 } else { 32 };
        let mut all = Vec::new();
        let mut with = |change: &dyn Fn(&mut Story)| {
            let mut story = self.clone();
            change(&mut story);
            all.push(story);
        };
        let plain = PLAIN.iter().position(|clock| *clock == self.clock);
        for clock in &PLAIN[..plain.unwrap_or(PLAIN.len())] {
            with(&|story| story.clock = *clock);
        }
        let used = self.ever_set();
        if used.len() < self.timers.len() {
            with(&|story| story.keep(&used));
        }
        for piece in pieces(self.timers.len(), many) {
            let timers = &self.timers[piece.clone()];
            let most = timers.iter().map(|timer| timer.acts.len()).max();
            for which in 0..most.unwrap_or(0) {
                with(&|story| {
                    for timer in &mut story.timers[piece.clone()] {
                        if which < timer.acts.len() {
                            timer.acts.remove(which);
                        }
                    }
                });
            }
            if timers.iter().any(|timer| timer.due > 0) {
                with(&|story| {
                    for timer in &mut story.timers[piece.clone()] {
                        timer.due = timer.due.saturating_sub(1);
                    }
                });
            }
        }
        if self.steps.len() > 2 * many {
            with(&|story| {
                let cancels =
                    |it: &Step| matches!(it, Step::Does(Act::Cancel(_)));
                story.steps.retain(|step| !cancels(step));
            });
        }
        for piece in pieces(self.steps.len(), many) {
            with(&|story| drop(story.steps.drain(piece.clone())));
        }
        for (n, step) in self.steps.iter().enumerate() {
            if let Step::Run(after @ 1..) = step {
                with(&|story| story.steps[n] = Step::Run(after - 1));
            }
        }
        all
    }

    /// Leaves out all timers but these, which are sorted.
    fn keep(&mut self, used: &[Number]) {
        let timers = used.iter().map(|n| take(&mut self.timers[*n])).collect();
        self.timers = timers;
        let place = |n: Number| used.binary_search(&n).ok();
        let keep = |act: Act| match act {
            Act::Set(n) => place(n).map(Act::Set),
            Act::Cancel(n) => place(n).map(Act::Cancel),
        };
        for timer in &mut self.timers {
            let acts = take(&mut timer.acts).into_iter();
            timer.acts = acts.filter_map(keep).collect();
        }
        let steps = take(&mut self.steps).into_iter();
        let steps = steps.filter_map(|step| match step {
            Step::Does(act) => keep(act).map(Step::Does),
            step => Some(step),
        });
        self.steps = steps.collect();
    }

    /// After this number of calls the callbacks do nothing more, or some
    /// answers would go on for ever.
    fn most_calls(&self) -> usize {
        50 + 2 * self.timers.len()
    }

    /// What is wrong with how the answer did it.
    fn judge(&self, played: &Played) -> Option<String> {
        let seen = &played.events;
        let due = self.expected(usize::MAX).events;
        let first = (0..seen.len().max(due.len()))
            .find(|n| seen.get(*n) != due.get(*n))?;
        let model = self.expected(first).before;
        let model = model.expect("there are so many events, or one less");
        Some(self.explain(seen.get(first), due.get(first), &model))
    }

    /// Does it with the answer's timers.
    fn play(&self) -> Played {
        let world = Rc::new(World {
            story: self.clone(),
            ids: RefCell::new(vec![None; self.timers.len()]),
            played: RefCell::default(),
        });
        {
            // All timers that are left are dropped at the end of this block.
            let mut timers = Timers::default();
            let mut now = 0;
            for step in &self.steps {
                match *step {
                    Step::Does(act) => world.act(&mut timers, act),
                    Step::Run(after) => {
                        now += after;
                        timers.run_due(self.clock.time(now));
                    }
                }
                let next_due = Event::NextDue(timers.next_due());
                world.played.borrow_mut().events.push(next_due);
                world.note_kept();
            }
        }
        let mut played = world.played.take();
        let left = Rc::strong_count(&world) - 1;
        if left > 0 {
            let why =
                format!("`Timers` was dropped, and closures are kept: {left}");
            played.kept.get_or_insert(why);
        }
        played
    }

    /// What has to happen, by a sorted list, and what is the case before event
    /// `stop`.
    fn expected(&self, stop: usize) -> Expected {
        let mut model =
            Model { last: vec![None; self.timers.len()], ..Model::default() };
        let mut expected = Expected { events: vec![], stop, before: None };
        for step in &self.steps {
            match *step {
                Step::Does(act) => model.act(self, act, &mut expected),
                Step::Run(after) => model.run(self, after, &mut expected),
            }
            let next_due = model.waiting.first();
            let next_due = next_due.map(|it| self.clock.time(it.due));
            expected.note(Event::NextDue(next_due), &model);
        }
        expected.before.get_or_insert(model);
        expected
    }

    /// Says what is wrong where the answer did one thing and had to do another.
    fn explain(
        &self,
        seen: Option<&Event>,
        due: Option<&Event>,
        model: &Model,
    ) -> String {
        match (seen, due) {
            (Some(Event::Called(number)), _) => {
                let next = match due {
                    Some(Event::Called(next)) => Some(*next),
                    _ => None,
                };
                let why = self.why_not_called(*number, next, model);
                format!("timer {} was called{why}", number + 1)
            }
            (_, Some(Event::Called(number))) => {
                format!("timer {} was due, and was not called", number + 1)
            }
            (Some(Event::Cancelled(number, said)), _) => {
                let why = match said {
                    true => "was not to be called any more",
                    false => "was still to be called",
                };
                let number = number + 1;
                format!("`cancel` of timer {number} gave {said}, and it {why}")
            }
            (Some(Event::NextDue(seen)), Some(Event::NextDue(due))) => {
                format!("`next_due` gave {seen:?}, and it has to be {due:?}")
            }
            _ => "the calls ended too early".to_owned(),
        }
    }

    fn why_not_called(
        &self,
        number: Number,
        next: Option<Number>,
        model: &Model,
    ) -> String {
        let find = |number| model.waiting.iter().find(|it| it.number == number);
        let Some(timer) = find(number) else {
            let what = model.last[number].map_or("was not set", |it| it.1);
            return format!(", and it {what}");
        };
        if timer.due > model.now {
            let time = |n| self.clock.time(n);
            let (now, due) = (time(model.now), time(timer.due));
            format!(" at {now:?}, and it is due at {due:?}")
        } else if timer.place >= model.set_before {
            ", and what is set now is left for the next `run_due`".to_owned()
        } else {
            let Some(next) = next.and_then(find) else { return String::new() };
            let why = match next.due < timer.due {
                true => "is due earlier",
                false => "was set earlier",
            };
            format!(" before timer {}, which {why}", next.number + 1)
        }
    }

    /// The timers that the steps set, or one of those.
    fn ever_set(&self) -> Vec<Number> {
        let mut acts: Vec<Act> = Vec::new();
        for step in &self.steps {
            if let Step::Does(act) = step {
                acts.push(*act);
            }
        }
        let mut found = Vec::new();
        while let Some(act) = acts.pop() {
            if let Act::Set(number) = act
                && !found.contains(&number)
            {
                found.push(number);
                acts.extend(&self.timers[number].acts);
            }
        }
        found.sort_unstable();
        found
    }
}

impl Display for Story {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut now = 0;
        // Timers that are set one after another are said at once.
        let alike = self.steps.chunk_by(|one, next| match (one, next) {
            (Step::Does(Act::Set(n)), Step::Does(Act::Set(m))) => n + 1 == *m,
            _ => false,
        });
        let steps = alike.map(|alike| match alike[0] {
            Step::Does(Act::Set(n)) => {
                format!("set {}", numbers(n, alike.len()))
            }
            Step::Does(Act::Cancel(n)) => format!("cancel {}", n + 1),
            Step::Run(after) => {
                now += after;
                format!("run at {:?}", self.clock.time(now))
            }
        });
        f.write_str(&abridged(steps.collect(), ", "))?;

        let plan = |n: Number| &self.timers[n];
        let ever_set = self.ever_set();
        let alike = ever_set.chunk_by(|n, m| {
            let (one, next) = (plan(*n), plan(*m));
            let plain = one.acts.is_empty() && next.acts.is_empty();
            n + 1 == *m && plain && one.due == next.due
        });
        let timers = alike.map(|alike| {
            let n = alike[0];
            let which = match alike.len() {
                1 => format!("timer {} is", n + 1),
                count => format!("timers {} are", numbers(n, count)),
            };
            let due = self.clock.time(plan(n).due);
            let acts = plan(n).acts.iter().map(|act| match act {
                Act::Set(n) => format!(", and sets {}", n + 1),
                Act::Cancel(n) => format!(", and cancels {}", n + 1),
            });
            format!("{which} due at {due:?}{}", acts.collect::<String>())
        });
        let timers = abridged(timers.collect(), "; ");
        if !timers.is_empty() {
            write!(f, "; {timers}")?;
        }
        Ok(())
    }
}

/// The first and last of many parts. The dice make the others again.
fn abridged(mut parts: Vec<String>, between: &str) -> String {
    const SHOWN: usize = 5;

    let count = parts.len();
    if count > 2 * SHOWN {
        let left_out = format!("... ({} more)", count - 2 * SHOWN);
        parts.splice(SHOWN..count - SHOWN, [left_out]);
    }
    parts.join(between)
}

/// Pieces of a list: the whole, halves, quarters and so on, down to single
/// ones, or to a piece of which there are at most `most`.
fn pieces(count: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let sizes = iter::successors(Some(count), |size| Some(size / 2));
    let sizes = sizes.take_while(move |size| *size > count / most);
    sizes.flat_map(move |size| {
        let starts = (0..count).step_by(size);
        starts.map(move |at| at..(at + size).min(count))
    })
}

/// `count` numbers, as they are told: from 1.
fn numbers(first: Number, count: usize) -> String {
    match count {
        1 => format!("{}", first + 1),
        _ => format!("{} to {}", first + 1, first + count),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Event {
    Called(Number),
    Cancelled(Number, bool),
    NextDue(Option<Duration>),
}

/// How the answer did.
#[derive(Default)]
struct Played {
    events: Vec<Event>,
    calls: usize,
    /// How many timers are set, and neither called nor cancelled.
    waiting: usize,
    /// Set while a callback is called.
    calling: bool,
    /// What was kept too long.
    kept: Option<String>,
}

/// What the callbacks share. Each of them has a handle of it.
struct World {
    story: Story,
    /// The last one of each.
    ids: RefCell<Vec<Option<Id>>>,
    played: RefCell<Played>,
}

impl World {
    fn act(self: &Rc<World>, timers: &mut Timers, act: Act) {
        match act {
            Act::Set(number) => {
                let plan = &self.story.timers[number];
                let world = Rc::clone(self);
                self.played.borrow_mut().waiting += 1;
                let due = self.story.clock.time(plan.due);
                let id = timers.set(due, move |timers| {
                    world.call(timers, number);
                });
                self.ids.borrow_mut()[number] = Some(id);
            }
            Act::Cancel(number) => {
                let Some(id) = self.ids.borrow()[number] else { return };
                let said = timers.cancel(id);
                let mut played = self.played.borrow_mut();
                played.waiting -= usize::from(said && played.waiting > 0);
                played.events.push(Event::Cancelled(number, said));
                drop(played);
                self.note_kept();
            }
        }
    }

    fn call(self: &Rc<World>, timers: &mut Timers, number: Number) {
        let mut played = self.played.borrow_mut();
        played.events.push(Event::Called(number));
        played.waiting = played.waiting.saturating_sub(1);
        played.calls += 1;
        played.calling = true;
        let calls = played.calls;
        drop(played);
        if calls <= self.story.most_calls() {
            for act in &self.story.timers[number].acts {
                self.act(timers, *act);
            }
        }
        self.played.borrow_mut().calling = false;
    }

    /// Notes whether more closures are there than have to be.
    fn note_kept(self: &Rc<World>) {
        let mut played = self.played.borrow_mut();
        let Played { waiting, calling, .. } = *played;
        // One handle is that of the story itself.
        let closures = Rc::strong_count(self) - 1 - usize::from(calling);
        if closures > waiting && played.kept.is_none() {
            let when = if calling { "while one is called, " } else { "" };
            let waiting = still_to_be_called(waiting);
            played.kept = Some(format!(
                "{when}closures are kept: {closures}, and {waiting}"
            ));
        }
    }
}

fn still_to_be_called(timers: usize) -> String {
    match timers {
        0 => "no timer is still to be called".to_owned(),
        1 => "1 timer is still to be called".to_owned(),
        n => format!("{n} timers are still to be called"),
    }
}

struct Expected {
    events: Vec<Event>,
    stop: usize,
    before: Option<Model>,
}

impl Expected {
    fn note(&mut self, event: Event, model: &Model) {
        if self.events.len() == self.stop {
            self.before = Some(model.clone());
        }
        self.events.push(event);
    }
}

/// The sorted list.
#[derive(Clone, Default)]
struct Model {
    now: u32,
    waiting: BTreeSet<Waiting>,
    ever_set: usize,
    /// Those that were set later are left for the next turn.
    set_before: usize,
    calls: usize,
    /// The last one of each, and what became of it.
    last: Vec<Option<(Waiting, &'static str)>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    due: u32,
    /// How many were set before it.
    place: usize,
    number: Number,
}

impl Model {
    fn act(&mut self, story: &Story, act: Act, expected: &mut Expected) {
        match act {
            Act::Set(number) => {
                let (due, place) = (story.timers[number].due, self.ever_set);
                let timer = Waiting { due, place, number };
                self.ever_set += 1;
                self.last[number] = Some((timer, ""));
                self.waiting.insert(timer);
            }
            Act::Cancel(number) => {
                let Some((timer, _)) = self.last[number] else { return };
                let found = self.waiting.contains(&timer);
                expected.note(Event::Cancelled(number, found), self);
                if self.waiting.remove(&timer) {
                    self.last[number] = Some((timer, "was cancelled"));
                }
            }
        }
    }

    fn run(&mut self, story: &Story, after: u32, expected: &mut Expected) {
        self.now += after;
        self.set_before = self.ever_set;
        let now = self.now;
        let due = self.waiting.iter().take_while(|it| it.due <= now);
        for timer in due.copied().collect::<Vec<_>>() {
            if !self.waiting.contains(&timer) {
                continue;
            }
            let number = timer.number;
            expected.note(Event::Called(number), self);
            self.waiting.remove(&timer);
            self.calls += 1;
            if self.last[number].is_some_and(|(last, _)| last == timer) {
                self.last[number] = Some((timer, "was called already"));
            }
            if self.calls <= story.most_calls() {
                for act in &story.timers[number].acts {
                    self.act(story, *act, expected);
                }
            }
        }
    }
}
