//! Judges `Timers`: whatever is set and cancelled, also by callbacks, what is
//! called is what a sorted list calls.
//!
//! Ways to be wrong: the order of the calls; equal times; too early, or a
//! moment too late; twice, or never; a timer that was cancelled is called, in
//! particular if another callback of the same turn has cancelled it; a cancel
//! takes another one; what `cancel` says of a timer that was called, or was
//! cancelled before; what is set in a turn is called in it, so that one that
//! sets itself again keeps the loop for ever, or is lost; `next_due` is that of
//! a timer that was cancelled or called, or not the first; a closure is kept;
//! something grows with all timers that were ever set.
//!
//! As shipped: `next_due` gave None, and it has to be

use super::{Id, Timers};
use lab::Dice;
use std::cell::RefCell;
use std::fmt::{self, Display, Formatter};
use std::rc::Rc;
use std::time::Duration;
use trials::judge::{Judge, allocated, smallest};

/// How many random stories each run tries.
const STORIES: usize = 300;

/// How many calls there are at most in a story.
const MOST_CALLS: usize = 50;

trials::answer!("exercises/timers-in-order.rs");

#[test]
fn timers_are_called_in_order_and_those_that_are_cancelled_are_not() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    let wrong = |story: &Story| story.judge(&story.play()).is_some();
    let leaks = |story: &Story| story.play().kept.is_some();
    let mut leaking = None;
    let any = (0..STORIES).map(|n| Story::random(&mut dice, 2 + n / 30));
    // Small ones first: they are easier to follow.
    let mut usual = Story::usual();
    let large = usual.pop();
    for story in usual.into_iter().chain(any).chain(large) {
        let played = story.play();
        if story.judge(&played).is_some() {
            let story = smallest(story, Story::smaller, wrong);
            let why = story.judge(&story.play()).expect("it was wrong");
            panic!("wrong answer: {story}: {why} {again}");
        }
        if played.kept.is_some() {
            leaking.get_or_insert(story);
        }
    }
    if let Some(story) = leaking {
        let story = smallest(story, Story::smaller, leaks);
        let why = story.play().kept.expect("it leaks");
        panic!("right answer, wrong way: {story}: {why} {again}");
    }
    judge_memory();
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
    /// All times are multiples of it.
    unit: Duration,
}

impl Story {
    /// Small ones, which show the usual mistakes, and at the end a large one.
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
            let unit = Duration::from_secs(1);
            Story { timers, steps: steps.to_vec(), unit }
        };
        let two = [set(0), set(1), Step::Run(1)];
        let mut many: Vec<_> = (0..40).map(set).collect();
        many.push(Step::Run(2));
        vec![
            story(&[1, 1], &[], &two),
            story(&[1], &[(0, Act::Set(0))], &[set(0), Step::Run(1)]),
            story(&[1, 1], &[(0, Act::Cancel(1))], &two),
            story(&[1, 1], &[], &[set(0), set(1), cancel(0), Step::Run(1)]),
            story(&[1, 1], &[], &[set(0), Step::Run(1), set(1), cancel(0)]),
            story(&[2, 0, 1, 2].repeat(10), &[], &many),
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
        let units = [Duration::from_secs(1), Duration::from_nanos(1)];
        Story { timers, steps, unit: dice.one_of(&units) }
    }

    /// With a step less, or a callback that does less, or a shorter time.
    fn smaller(&self) -> Vec<Story> {
        let mut all = Vec::new();
        for n in 0..self.steps.len() {
            let mut story = self.clone();
            story.steps.remove(n);
            all.push(story);
            if let Step::Run(after @ 1..) = self.steps[n] {
                let mut story = self.clone();
                story.steps[n] = Step::Run(after - 1);
                all.push(story);
            }
        }
        for (n, timer) in self.timers.iter().enumerate() {
            for which in 0..timer.acts.len() {
                let mut story = self.clone();
                story.timers[n].acts.remove(which);
                all.push(story);
            }
            if timer.due > 0 {
                let mut story = self.clone();
                story.timers[n].due -= 1;
                all.push(story);
            }
        }
        all
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
                        timers.run_due(now * self.unit);
                    }
                }
                let next_due = Event::NextDue(timers.next_due());
                let played = &mut *world.played.borrow_mut();
                played.events.push(next_due);
                played.note_kept(Rc::strong_count(&world) - 1);
            }
        }
        let mut played = world.played.take();
        played.waiting = 0;
        played.note_kept(Rc::strong_count(&world) - 1);
        played
    }

    /// What has to happen, by a sorted list, and what is the case before event
    /// `stop`.
    fn expected(&self, stop: usize) -> Expected {
        let mut model = Model {
            last: vec![(usize::MAX, ""); self.timers.len()],
            ..Model::default()
        };
        let mut expected = Expected { events: vec![], stop, before: None };
        for step in &self.steps {
            match *step {
                Step::Does(act) => model.act(self, act, &mut expected),
                Step::Run(after) => {
                    model.now += after;
                    model.set_before = model.ever_set;
                    while let Some(number) = model.to_call() {
                        expected.note(Event::Called(number), &model);
                        model.call(number);
                        if model.calls <= MOST_CALLS {
                            for act in &self.timers[number].acts {
                                model.act(self, *act, &mut expected);
                            }
                        }
                    }
                }
            }
            let next_due = model.waiting.first().map(|it| it.due * self.unit);
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
            return format!(", and it {}", model.last[number].1);
        };
        if timer.due > model.now {
            let (now, due) = (model.now * self.unit, timer.due * self.unit);
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
        let mut parts = Vec::new();
        for step in &self.steps {
            parts.push(match *step {
                Step::Does(Act::Set(n)) => format!("set {}", n + 1),
                Step::Does(Act::Cancel(n)) => format!("cancel {}", n + 1),
                Step::Run(after) => {
                    now += after;
                    format!("run at {:?}", now * self.unit)
                }
            });
        }
        f.write_str(&parts.join(", "))?;
        for number in self.ever_set() {
            let plan = &self.timers[number];
            let (number, due) = (number + 1, plan.due * self.unit);
            write!(f, "; timer {number} is due at {due:?}")?;
            for act in &plan.acts {
                match act {
                    Act::Set(n) => write!(f, ", and sets {}", n + 1)?,
                    Act::Cancel(n) => write!(f, ", and cancels {}", n + 1)?,
                }
            }
        }
        Ok(())
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
    /// What was kept too long.
    kept: Option<String>,
}

impl Played {
    fn note_kept(&mut self, closures: usize) {
        let waiting = self.waiting;
        if closures > waiting && self.kept.is_none() {
            self.kept = Some(format!(
                "closures are kept: {closures}, and {waiting} timers are still \
                 to be called"
            ));
        }
    }
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
                let due = self.story.timers[number].due * self.story.unit;
                let world = Rc::clone(self);
                self.played.borrow_mut().waiting += 1;
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
            }
        }
    }

    fn call(self: &Rc<World>, timers: &mut Timers, number: Number) {
        let mut played = self.played.borrow_mut();
        played.events.push(Event::Called(number));
        played.waiting = played.waiting.saturating_sub(1);
        played.calls += 1;
        let calls = played.calls;
        drop(played);
        if calls <= MOST_CALLS {
            for act in &self.story.timers[number].acts {
                self.act(timers, *act);
            }
        }
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
    /// Sorted.
    waiting: Vec<Waiting>,
    ever_set: usize,
    /// Those that were set later are left for the next turn.
    set_before: usize,
    calls: usize,
    /// The place of the last one of each, and what became of it.
    last: Vec<(usize, &'static str)>,
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
                self.ever_set += 1;
                self.last[number] = (place, "");
                self.waiting.push(Waiting { due, place, number });
                self.waiting.sort_unstable();
            }
            Act::Cancel(number) => {
                let (place, _) = self.last[number];
                if place == usize::MAX {
                    return;
                }
                let found =
                    self.waiting.iter().position(|it| it.place == place);
                let event = Event::Cancelled(number, found.is_some());
                expected.note(event, self);
                if let Some(found) = found {
                    self.waiting.remove(found);
                    self.last[number].1 = "was cancelled";
                }
            }
        }
    }

    fn to_call(&self) -> Option<Number> {
        let mut due = self.waiting.iter().filter(|it| it.due <= self.now);
        due.find(|it| it.place < self.set_before).map(|it| it.number)
    }

    fn call(&mut self, number: Number) {
        self.calls += 1;
        let found = self.waiting.iter().position(|it| it.number == number);
        let timer = self.waiting.remove(found.expect("it is to be called"));
        if self.last[number].0 == timer.place {
            self.last[number].1 = "was called already";
        }
    }
}

/// What is over needs no memory.
fn judge_memory() {
    const ROUNDS: u32 = 10_000;
    const MOST: isize = 50_000;

    let before = allocated();
    let mut timers = Timers::default();
    for n in 0..ROUNDS {
        let due = Duration::from_millis(n.into());
        let ids = [0, 1, 2].map(|_| timers.set(due, |_| {}));
        timers.cancel(ids[0]);
        timers.run_due(due);
        timers.cancel(ids[0]);
        timers.cancel(ids[1]);
        let held = allocated() - before;
        assert!(
            held < MOST,
            "right answer, wrong way: {} timers were set and are over, none \
             is left, and {held} bytes of memory are kept",
            3 * n + 3
        );
    }
}
