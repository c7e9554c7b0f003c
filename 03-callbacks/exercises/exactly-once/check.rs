//! Judges `ask`: `then` is called once, by the loop, with what came first, and
//! nothing is left behind.
//!
//! The loop is the check's own, and so is its time: it passes when there is
//! nothing more to do at the moment. The check goes through all that can become
//! of one question, also at the same time and in each order. Then it asks some
//! questions at random. What has to come first is computed from the numbers.
//!
//! Ways to be wrong, each with an answer in `wrong/`: `then` is called by each
//! that comes, or not at all after a cancel, if the question gets lost, if it
//! is the `Asking` that keeps it alive, or if a limit of nothing is none; it is
//! called from within `ask`, or within `cancel`, or while its place is
//! borrowed, or too late; with something that came later, or a refusal is no
//! reply, or a cancel is said to be something else; what comes second is not
//! taken away, or only one of the two, or too late, or was not there yet;
//! `then` is kept after its call, or owns itself; questions are mixed up, or
//! asked twice; a long limit is too long for the clock; and a loop that is kept
//! busy with looking.
//!
//! As shipped: `then` was called 2 times

use super::{Asking, Reply, Why, ask};
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::{self, Display, Formatter};
use std::mem;
use std::rc::{Rc, Weak};
use std::time::Duration;
use trials::judge::{Judge, smallest};

trials::answer!("exercises/exactly-once.rs");

#[test]
fn then_is_called_once_with_what_came_first() {
    let judge = Judge::of(ANSWER);
    for script in all_of_one_question() {
        judge_script(script, "");
    }
    let mut dice = Dice::random();
    let again = dice.again();
    for _ in 0..RANDOM {
        judge_script(Script::random(&mut dice), &again);
    }
    judge.end();
}

/// How many scripts of several questions each of the twenty runs tries.
const RANDOM: usize = 200;

fn judge_script(script: Script, again: &str) {
    if script.play().is_err() {
        let script = smallest(script, Script::smaller, |it| it.play().is_err());
        if let Err(why) = script.play() {
            panic!("{}", format!("{why}. {script}{again}").trim_end());
        }
    }
}

/// A loop, with a time of its own.
pub struct Events {
    now: u32,
    /// What is called later: by its time, its kind and its number.
    entries: BTreeMap<(u32, usize, u64), Entry>,
    soon: VecDeque<(Option<usize>, Callback)>,
    last_number: u64,
    /// The question that the callback which runs belongs to.
    current: Option<usize>,
    script: Rc<Script>,
    /// How often each question was sent.
    sent: Vec<usize>,
    /// How many timers were set for each.
    timers: Vec<usize>,
    spins: bool,
}

/// Something registered, so that it can be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(u64);

type Callback = Box<dyn FnOnce(&mut Events)>;
type OnReply = Box<dyn FnOnce(&mut Events, Reply)>;

struct Entry {
    question: Option<usize>,
    what: What,
}

enum What {
    Timer(Callback),
    Reply(OnReply),
    /// What the check itself does.
    Act(Callback),
}

#[allow(dead_code, reason = "an answer may do without some of it")]
impl Events {
    /// Sends `question`, and calls `then` with the reply: perhaps at once, or
    /// later, or never. If the question gets lost, `then` is dropped.
    pub fn send(
        &mut self,
        question: &str,
        then: impl FnOnce(&mut Events, Reply) + 'static,
    ) -> Handle {
        assert_eq!(
            question, QUESTION,
            "wrong answer: this was sent, and another question was asked"
        );
        let number = self.current.expect("there is a question");
        self.sent[number] += 1;
        let due = match self.script.questions[number].reply {
            Source::AtOnce => {
                let reply = self.script.reply(number);
                then(self, reply);
                self.last_number += 1;
                return Handle(self.last_number);
            }
            Source::Never => NEVER,
            Source::After(delay) | Source::Lost(delay) => self.now + delay,
        };
        self.register(due, Some(number), What::Reply(Box::new(then)))
    }

    /// Calls `then` when `delay` is over.
    pub fn after(
        &mut self,
        delay: Duration,
        then: impl FnOnce(&mut Events) + 'static,
    ) -> Handle {
        let delay = u32::try_from(delay.as_millis()).unwrap_or(NEVER);
        let due = self.now.saturating_add(delay);
        if let Some(number) = self.current {
            self.timers[number] += 1;
        }
        self.register(due, self.current, What::Timer(Box::new(then)))
    }

    /// Calls `then` once the callback that runs now has come back.
    pub fn call_soon(&mut self, then: impl FnOnce(&mut Events) + 'static) {
        self.soon.push_back((self.current, Box::new(then)));
    }

    /// Drops what was registered, uncalled. Gives back `false` if it has been
    /// called, dropped or cancelled already.
    pub fn cancel(&mut self, handle: Handle) -> bool {
        let mut keys = self.entries.keys();
        let key = keys.find(|(_, _, number)| *number == handle.0).copied();
        key.and_then(|key| self.entries.remove(&key)).is_some()
    }
}

/// What is always asked, so that questions are not told apart by their text.
const QUESTION: &str = "what time is it?";
/// A time that does not come.
const NEVER: u32 = u32::MAX;
/// No question needs that many turns of the loop at one time.
const MANY_TURNS: usize = 50;
/// No question needs that many timers.
const MANY_TIMERS: usize = 3;

impl Events {
    fn new(script: &Script) -> Events {
        let questions = script.questions.len();
        Events {
            now: 0,
            entries: BTreeMap::new(),
            soon: VecDeque::new(),
            last_number: 0,
            current: None,
            script: Rc::new(script.clone()),
            sent: vec![0; questions],
            timers: vec![0; questions],
            spins: false,
        }
    }

    fn register(
        &mut self,
        due: u32,
        question: Option<usize>,
        what: What,
    ) -> Handle {
        let kind = match what {
            What::Timer(_) => Kind::Timer,
            What::Reply(_) => Kind::Reply,
            What::Act(_) => Kind::Cancel,
        };
        self.last_number += 1;
        let key = (due, self.script.place(kind), self.last_number);
        self.entries.insert(key, Entry { question, what });
        Handle(self.last_number)
    }

    /// Calls all there is to call, up to this time and with it.
    fn run(&mut self, until: u32) {
        let mut turns = 0;
        while !self.spins {
            for (question, call) in mem::take(&mut self.soon) {
                self.current = question;
                call(self);
            }
            let next = self.entries.keys().next().map(|key| key.0);
            if self.soon.is_empty() {
                match next {
                    Some(due) if due < NEVER && due <= until => {
                        turns *= usize::from(due == self.now);
                        self.now = due;
                    }
                    _ => break,
                }
            }
            let due = (self.now, usize::MAX, u64::MAX);
            let batch: Vec<_> =
                self.entries.range(..=due).map(|(key, _)| *key).collect();
            for key in batch {
                if let Some(entry) = self.entries.remove(&key) {
                    self.call(entry);
                }
            }
            turns += 1;
            self.spins = turns > MANY_TURNS;
        }
    }

    fn call(&mut self, entry: Entry) {
        self.current = entry.question;
        match entry.what {
            What::Timer(then) | What::Act(then) => then(self),
            What::Reply(then) => {
                let number = entry.question.expect("it was sent");
                match self.script.questions[number].reply {
                    Source::Lost(_) => drop(then),
                    _ => {
                        let reply = self.script.reply(number);
                        then(self, reply);
                    }
                }
            }
        }
    }

    /// What is still registered for a question.
    fn find_left(&self, question: usize) -> Option<&'static str> {
        self.entries.values().find_map(|entry| match entry.what {
            _ if entry.question != Some(question) => None,
            What::Timer(_) => Some("its timer was still set"),
            What::Reply(_) => Some("the question was still under way"),
            What::Act(_) => None,
        })
    }
}

/// What is asked, and what becomes of it.
#[derive(Clone, Debug)]
struct Script {
    questions: Vec<Question>,
    /// Of what comes at the same time, which is first.
    order: [Kind; 3],
    /// When the loop is dropped.
    ends: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Reply,
    Timer,
    Cancel,
}

#[derive(Clone, Debug)]
struct Question {
    /// Set if the `then` of the one before asks it, and not the check.
    is_next: bool,
    limit: u32,
    reply: Source,
    is_refused: bool,
    /// How long after the question it is cancelled, perhaps several times.
    cancels: Vec<u32>,
    asking: Keeps,
    /// Set if `then` cancels its own question.
    then_cancels: bool,
}

/// How the reply comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Before `send` has come back.
    AtOnce,
    After(u32),
    Lost(u32),
    Never,
}

/// Which place keeps the `Asking`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeps {
    Caller,
    Then,
    None,
}

/// All that can become of one question, the simple things first.
fn all_of_one_question() -> Vec<Script> {
    use Kind::{Cancel, Reply, Timer};
    const ORDERS: [[Kind; 3]; 6] = [
        [Reply, Timer, Cancel],
        [Reply, Cancel, Timer],
        [Timer, Reply, Cancel],
        [Timer, Cancel, Reply],
        [Cancel, Reply, Timer],
        [Cancel, Timer, Reply],
    ];
    let replies = [
        (Source::After(10), false),
        (Source::After(10), true),
        (Source::Never, false),
        (Source::After(30), false),
        (Source::AtOnce, false),
        (Source::AtOnce, true),
        (Source::Lost(10), false),
        (Source::After(20), false),
        (Source::After(0), true),
    ];
    let cancels: [&[u32]; 6] =
        [&[], &[5], &[25], &[10], &[20], &[5, 5, 20, 40]];
    let mut all = Vec::new();
    for ends in [NEVER, 15, 0] {
        for asking in [Keeps::Caller, Keeps::Then, Keeps::None] {
            for cancels in cancels {
                for (reply, is_refused) in replies {
                    for then_cancels in [false, true] {
                        for order in ORDERS {
                            if asking == Keeps::None && !cancels.is_empty() {
                                continue;
                            }
                            let question = Question {
                                is_next: false,
                                limit: 20,
                                reply,
                                is_refused,
                                cancels: cancels.to_vec(),
                                asking,
                                then_cancels,
                            };
                            let questions = vec![question];
                            all.push(Script { questions, order, ends });
                        }
                    }
                }
            }
        }
    }
    all
}

impl Script {
    fn random(dice: &mut Dice) -> Script {
        let questions = (0..1 + dice.below(4)).map(|n| {
            // Few different times, so that much comes at once.
            let time = |dice: &mut Dice| 10 * dice.below(5) as u32;
            let limit = match dice.below(12) {
                0 => NEVER,
                _ => time(dice),
            };
            let reply = match dice.below(6) {
                // What is first at the very beginning is not said.
                0 if limit > 0 => Source::AtOnce,
                1 => Source::Never,
                2 => Source::Lost(10 + time(dice)),
                _ if limit == 0 => Source::After(10 + time(dice)),
                _ => Source::After(time(dice)),
            };
            let asking =
                dice.one_of(&[Keeps::Caller, Keeps::Then, Keeps::None]);
            let cancels = match asking {
                Keeps::None => 0,
                _ => dice.below(3),
            };
            Question {
                is_next: n > 0 && dice.below(2) == 0,
                limit,
                reply,
                is_refused: dice.below(3) == 0,
                cancels: (0..cancels).map(|_| 10 + time(dice)).collect(),
                asking,
                then_cancels: dice.below(3) == 0,
            }
        });
        let questions = questions.collect();
        let mut kinds = vec![Kind::Reply, Kind::Timer, Kind::Cancel];
        let order = [(); 3].map(|()| {
            let one = dice.below(kinds.len());
            kinds.remove(one)
        });
        let ends = match dice.below(4) {
            0 => 10 * dice.below(8) as u32 + 5,
            _ => NEVER,
        };
        Script { questions, order, ends }
    }

    /// The same with a little less in it, in each way there is.
    fn smaller(&self) -> Vec<Script> {
        let mut all = Vec::new();
        for n in 0..self.questions.len() {
            let mut less = self.clone();
            less.questions.remove(n);
            if let Some(first) = less.questions.first_mut() {
                first.is_next = false;
                all.push(less);
            }
            let changes: [fn(&mut Question); 5] = [
                |it| it.is_next = false,
                |it| it.then_cancels = false,
                |it| it.cancels.truncate(1),
                |it| it.cancels.clear(),
                |it| it.is_refused = false,
            ];
            for change in changes {
                let mut less = self.clone();
                change(&mut less.questions[n]);
                if less.size() < self.size() {
                    all.push(less);
                }
            }
        }
        if self.ends < NEVER {
            all.push(Script { ends: NEVER, ..self.clone() });
        }
        all
    }

    fn size(&self) -> usize {
        let sizes = self.questions.iter().map(|it| {
            let flags = [it.is_next, it.then_cancels, it.is_refused];
            it.cancels.len() + flags.iter().filter(|&&is| is).count()
        });
        sizes.sum()
    }

    fn place(&self, kind: Kind) -> usize {
        self.order.iter().position(|it| *it == kind).expect("it has all")
    }

    /// What the other side says to a question, if anything.
    fn reply(&self, question: usize) -> Reply {
        match self.questions[question].is_refused {
            true => Err(Why::Refused),
            false => Ok(format!("answer {question}")),
        }
    }

    /// What comes of a question that is asked at time `began`, and when.
    fn coming(&self, question: usize, began: u32) -> Vec<(u32, Kind, Reply)> {
        let Question { limit, reply, cancels, .. } = &self.questions[question];
        let time_is_up = began.saturating_add(*limit);
        let mut all = vec![(time_is_up, Kind::Timer, Err(Why::TimedOut))];
        if let Source::After(delay) = reply {
            let reply = self.reply(question);
            all.push((began + delay, Kind::Reply, reply));
        }
        for delay in cancels {
            all.push((began + delay, Kind::Cancel, Err(Why::Cancelled)));
        }
        all
    }

    /// What comes first of it, and when.
    fn first(&self, question: usize, began: u32) -> (u32, Reply) {
        if self.questions[question].reply == Source::AtOnce {
            return (began, self.reply(question));
        }
        let all = self.coming(question, began).into_iter();
        let first =
            all.min_by_key(|(time, kind, _)| (*time, self.place(*kind)));
        let (time, _, reply) = first.expect("there is the limit");
        (time, reply)
    }

    /// Set if something of a question comes at the same time as something else.
    fn has_ties(&self) -> bool {
        (0..self.questions.len()).any(|question| {
            let all = self.coming(question, 0);
            let mut pairs = all
                .iter()
                .flat_map(|one| all.iter().map(move |other| (one, other)));
            pairs.any(|(one, other)| one.0 == other.0 && one.1 != other.1)
        })
    }

    /// Does what it says, and judges what comes of it.
    ///
    /// # Errors
    /// What is wrong.
    fn play(&self) -> Result<(), String> {
        let mut events = Events::new(self);
        let questions = self.questions.len();
        let logs = (0..questions).map(|_| Log::default()).collect();
        let play = Rc::new(Play {
            script: self.clone(),
            logs: RefCell::new(logs),
            kept: RefCell::default(),
            inside: Cell::new(None),
        });
        for question in 0..questions {
            if !self.questions[question].is_next {
                play.ask(&mut events, question);
            }
        }
        events.run(self.ends);
        play.judge(&events)?;
        drop(events);
        play.kept.take();
        let logs = play.logs.borrow();
        match logs.iter().any(|log| log.owned.upgrade().is_some()) {
            true => {
                Err("wrong answer: the loop is gone and each `Asking` was \
                         dropped, and what `then` owns is still there"
                    .to_owned())
            }
            false => Ok(()),
        }
    }
}

/// A place for an `Asking`.
type Slot = RefCell<Option<Asking>>;

/// What happens.
struct Play {
    script: Script,
    logs: RefCell<Vec<Log>>,
    /// Those that the caller keeps.
    kept: RefCell<Vec<Rc<Slot>>>,
    /// The call of the answer's which has not come back.
    inside: Cell<Option<&'static str>>,
}

/// What has happened with a question.
#[derive(Default)]
struct Log {
    /// When it was asked, if it was.
    began: Option<u32>,
    /// What `then` owns.
    owned: Weak<()>,
    asking: Weak<Slot>,
    calls: Vec<Call>,
}

/// A call of `then`.
struct Call {
    time: u32,
    reply: Reply,
    inside: Option<&'static str>,
    left: Option<&'static str>,
}

impl Play {
    fn ask(self: &Rc<Play>, events: &mut Events, question: usize) {
        let script = self.script.questions[question].clone();
        let owned = Rc::new(());
        let slot = Rc::new(Slot::default());
        let log = Log {
            began: Some(events.now),
            owned: Rc::downgrade(&owned),
            asking: Rc::downgrade(&slot),
            calls: Vec::new(),
        };
        self.logs.borrow_mut()[question] = log;
        let own_slot = (script.asking == Keeps::Then).then(|| slot.clone());
        let play = self.clone();
        let then = move |events: &mut Events, reply: Reply| {
            let _owns = (&owned, &own_slot);
            play.note_call(events, question, reply);
        };

        let limit = match script.limit {
            NEVER => Duration::MAX,
            limit => Duration::from_millis(limit.into()),
        };
        let outer = events.current.replace(question);
        let inside = self.inside.replace(Some("ask"));
        let asking = ask(events, QUESTION, limit, then);
        self.inside.set(inside);
        events.current = outer;
        *slot.borrow_mut() = Some(asking);
        for delay in script.cancels {
            let play = self.clone();
            let cancel: Callback =
                Box::new(move |events| play.cancel(events, question));
            let due = events.now + delay;
            events.register(due, Some(question), What::Act(cancel));
        }
        if script.asking == Keeps::Caller {
            self.kept.borrow_mut().push(slot);
        }
    }

    fn note_call(
        self: &Rc<Play>,
        events: &mut Events,
        question: usize,
        reply: Reply,
    ) {
        let call = Call {
            time: events.now,
            reply,
            inside: self.inside.get(),
            left: events.find_left(question),
        };
        let mut logs = self.logs.borrow_mut();
        logs[question].calls.push(call);
        let calls = logs[question].calls.len();
        drop(logs);
        if calls > 1 {
            return;
        }
        if self.script.questions[question].then_cancels {
            self.cancel(events, question);
        }
        let next = question + 1;
        if self.script.questions.get(next).is_some_and(|it| it.is_next) {
            // The callback has come so far: what it calls is not inside.
            let inside = self.inside.take();
            self.ask(events, next);
            self.inside.set(inside);
        }
    }

    fn cancel(&self, events: &mut Events, question: usize) {
        let slot = self.logs.borrow()[question].asking.clone();
        let Some(slot) = slot.upgrade() else { return };
        let outer = events.current.replace(question);
        let inside = self.inside.replace(Some("cancel"));
        if let Some(asking) = &*slot.borrow() {
            asking.cancel(events);
        }
        self.inside.set(inside);
        events.current = outer;
    }

    fn judge(&self, events: &Events) -> Result<(), String> {
        if events.spins {
            return Err(
                "right answer, wrong way: with nothing to do, the loop \
                        is asked to call again and again"
                    .to_owned(),
            );
        }
        for (question, log) in self.logs.borrow().iter().enumerate() {
            let Some(began) = log.began else { continue };
            self.judge_calls(log, self.script.first(question, began))?;
            if events.sent[question] > 1 {
                return Err(format!(
                    "wrong answer: the question was sent {} times",
                    events.sent[question]
                ));
            }
            let timers = events.timers[question];
            if timers > MANY_TIMERS {
                return Err(format!(
                    "right answer, wrong way: {timers} timers were set for one \
                     question"
                ));
            }
            if log.calls.is_empty() {
                continue;
            }
            if let Some(left) = events.find_left(question) {
                return Err(format!(
                    "wrong answer: after `then` had been called, {left}"
                ));
            }
            if log.owned.upgrade().is_some() {
                return Err(
                    "wrong answer: `then` has been called, and what it \
                            owns is still there"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    fn judge_calls(
        &self,
        log: &Log,
        (due, reply): (u32, Reply),
    ) -> Result<(), String> {
        if let [first, second, ..] = &log.calls[..] {
            return Err(format!(
                "wrong answer: `then` was called {} times: with {:?} after {} \
                 ms, and with {:?} after {} ms",
                log.calls.len(),
                first.reply,
                first.time,
                second.reply,
                second.time
            ));
        }
        let Some(call) = log.calls.first() else {
            return match due < NEVER && due <= self.script.ends {
                false => Ok(()),
                true => Err(format!(
                    "wrong answer: `then` was never called; it had to be, with \
                     {reply:?} after {due} ms"
                )),
            };
        };
        if let Some(inside) = call.inside {
            return Err(format!(
                "wrong answer: `then` was called before `{inside}` had come \
                 back"
            ));
        }
        if call.reply != reply {
            return Err(format!(
                "wrong answer: `then` was called with {:?} after {} ms; what \
                 came first was {reply:?} after {due} ms",
                call.reply, call.time
            ));
        }
        if call.time != due {
            return Err(format!(
                "wrong answer: `then` was called with {reply:?} after {} ms, \
                 and not after {due} ms, when it came",
                call.time
            ));
        }
        match call.left {
            Some(left) => Err(format!(
                "wrong answer: when `then` was called with {reply:?}, {left}"
            )),
            None => Ok(()),
        }
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Reply => "the reply",
            Kind::Timer => "the timer",
            Kind::Cancel => "the cancel",
        }
    }
}

impl Display for Script {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (n, question) in self.questions.iter().enumerate() {
            let Question { limit, reply, is_refused, .. } = question;
            let what = if *is_refused { "a refusal" } else { "an answer" };
            write!(f, "Question {n}")?;
            if question.is_next {
                write!(f, ", which `then` of question {} asks,", n - 1)?;
            }
            write!(f, " has ")?;
            match *limit {
                NEVER => write!(f, "no limit; ")?,
                limit => write!(f, "a limit of {limit} ms; ")?,
            }
            match reply {
                Source::AtOnce => write!(f, "{what} comes at once")?,
                Source::After(ms) => write!(f, "{what} comes after {ms} ms")?,
                Source::Lost(ms) => {
                    write!(f, "it gets lost after {ms} ms")?;
                }
                Source::Never => write!(f, "there is no reply")?,
            }
            for delay in &question.cancels {
                write!(f, "; it is cancelled after {delay} ms")?;
            }
            if question.then_cancels {
                write!(f, "; `then` cancels it")?;
            }
            match question.asking {
                Keeps::Caller => {}
                Keeps::Then => write!(f, "; `then` owns its `Asking`")?,
                Keeps::None => write!(f, "; its `Asking` is dropped")?,
            }
            write!(f, ". ")?;
        }
        if self.has_ties() {
            let [first, second, third] = self.order.map(Kind::name);
            write!(f, "Of what comes at the same time, the first is {first}")?;
            write!(f, ", then {second}, then {third}. ")?;
        }
        if self.ends < NEVER {
            write!(f, "The loop is dropped after {} ms. ", self.ends)?;
        }
        Ok(())
    }
}
