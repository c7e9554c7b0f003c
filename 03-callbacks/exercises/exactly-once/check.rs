//! Judges `ask`: `then` is called once, by the loop, with what came first, and
//! nothing is left behind.
//!
//! The loop is the check's own, and so is its time: it passes when there is
//! nothing more to do at the moment. The check goes through all that can become
//! of one question, also at the same time and in each order. Then it asks some
//! questions at random, and once some hundred. What has to come first is
//! computed from the numbers.
//!
//! Ways to be wrong, each with an answer in `wrong/`: `then` is called by each
//! that comes, or not at all after a cancel, if the question gets lost, if it
//! is the `Asking` that keeps it alive, or if a limit of nothing is none; it is
//! called from within `ask`, or within `cancel`, or while its place is
//! borrowed, or too late, be it by less than a millisecond; with something that
//! came later, or a refusal is no reply, or an empty reply is a refusal, or a
//! cancel is said to be something else; a `then` cannot cancel another question
//! or one that it has asked itself; what comes second is not taken away, or
//! only one of the two, or too late, or was not there yet; `then` is kept after
//! its call, or owns itself; the state is never freed; questions are mixed up,
//! or asked twice, or never if there is no time for an answer; only so many can
//! be under way at once, or one in so many is forgotten; the question or the
//! reply is another text on the way; the limit is rounded, or cut, or too long
//! for a clock; and a loop that is kept busy with looking.
//!
//! As shipped: `then` was called 2 times

use super::{Asking, Reply, Why, ask};
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::fmt::{self, Display, Formatter};
use std::mem;
use std::ops::Range;
use std::rc::{Rc, Weak};
use std::time::Duration;
use trials::judge::{Judge, allocated, smallest};

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
        let questions = 1 + dice.below(4);
        judge_script(Script::random(&mut dice, questions), &again);
    }
    judge_script(Script::of_long_texts(&mut dice), &again);
    judge_script(Script::of_many(&mut dice), &again);
    judge.end();
}

/// How many scripts of a few questions each of the twenty runs tries.
const RANDOM: usize = 200;

/// How many questions are under way in one more: more than a byte counts.
const MANY: usize = 260;

/// How many questions are listed, at most.
const FEW: usize = 16;

/// How many bytes there are in the long texts, at most.
const LONG: usize = 600;

/// How many there are in two more, at least: more than two bytes count.
const VERY_LONG: usize = 66_000;

fn judge_script(script: Script, again: &str) {
    let before = allocated();
    match script.play() {
        Err(why) => {
            // Another run of the same may be right, if something is left over
            // from other questions.
            let small =
                smallest(script, Script::smaller, |it| it.play().is_err());
            let why = match small.play() {
                Err(why) => why,
                Ok(()) => format!("{why}; done once more, it is right"),
            };
            panic!("{}", format!("{why}. {small}{again}").trim_end());
        }
        Ok(()) if allocated() > before && script.leaks() => {
            let script = smallest(script, Script::smaller, Script::leaks);
            let why = "wrong answer: the loop is gone and each `Asking` was \
                       dropped, and there is memory that is not freed";
            panic!("{}", format!("{why}. {script}{again}").trim_end());
        }
        Ok(()) => {}
    }
}

/// A loop, with a time of its own.
pub struct Events {
    now: Duration,
    /// What is called later, by its number.
    entries: Vec<Option<Entry>>,
    /// In which order. With nothing of the check's own in it, this is compiled
    /// once for all answers of ours.
    keys: BTreeSet<Key>,
    soon: VecDeque<(Option<usize>, Callback)>,
    /// The question that the callback which runs belongs to.
    current: Option<usize>,
    script: Rc<Script>,
    /// What was sent for each question.
    sent: Vec<Vec<String>>,
    /// How many timers were set for each.
    timers: Vec<usize>,
    spins: bool,
}

/// What is called first comes first: by its time, its kind and its number.
type Key = (Duration, usize, usize);

/// Something registered, so that it can be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(usize);

type Callback = Box<dyn FnOnce(&mut Events)>;
type OnReply = Box<dyn FnOnce(&mut Events, Reply)>;

struct Entry {
    key: Key,
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
        let number = self.current.expect("there is a question");
        self.sent[number].push(question.to_owned());
        let due = match self.script.questions[number].reply {
            Source::AtOnce => {
                let reply = self.script.reply(number);
                then(self, reply);
                self.entries.push(None);
                return Handle(self.entries.len() - 1);
            }
            Source::Never => Duration::MAX,
            Source::After(delay) | Source::Lost(delay) => {
                self.now + self.script.time(delay)
            }
        };
        self.register(due, Some(number), What::Reply(Box::new(then)))
    }

    /// Calls `then` when `delay` is over.
    pub fn after(
        &mut self,
        delay: Duration,
        then: impl FnOnce(&mut Events) + 'static,
    ) -> Handle {
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
        self.take(handle.0).is_some()
    }
}

/// What is usually asked, so that questions are not told apart by their text.
const QUESTION: &str = "what time is it?";
/// Stands for a time that does not come.
const NEVER: u32 = u32::MAX;
/// No question needs that many turns of the loop at one time.
const MANY_TURNS: usize = 50;
/// No question needs that many timers.
const MANY_TIMERS: usize = 3;

impl Events {
    fn new(script: &Script) -> Events {
        let questions = script.questions.len();
        Events {
            now: Duration::ZERO,
            entries: Vec::new(),
            keys: BTreeSet::new(),
            soon: VecDeque::new(),
            current: None,
            script: Rc::new(script.clone()),
            sent: vec![Vec::new(); questions],
            timers: vec![0; questions],
            spins: false,
        }
    }

    fn register(
        &mut self,
        due: Duration,
        question: Option<usize>,
        what: What,
    ) -> Handle {
        let kind = match what {
            What::Timer(_) => Kind::Timer,
            What::Reply(_) => Kind::Reply,
            What::Act(_) => Kind::Cancel,
        };
        let number = self.entries.len();
        let key = (due, self.script.place(kind), number);
        self.entries.push(Some(Entry { key, question, what }));
        self.keys.insert(key);
        Handle(number)
    }

    /// Takes out what is registered.
    fn take(&mut self, number: usize) -> Option<Entry> {
        let entry = self.entries.get_mut(number)?.take()?;
        self.keys.remove(&entry.key);
        Some(entry)
    }

    /// Calls all there is to call, up to this time and with it.
    fn run(&mut self, until: Duration) {
        let mut turns = 0;
        while !self.spins && !self.has_many_timers() {
            turns += 1;
            self.spins = turns > MANY_TURNS;
            for (question, call) in mem::take(&mut self.soon) {
                self.current = question;
                call(self);
            }
            if !self.soon.is_empty() {
                continue;
            }
            match self.keys.first() {
                Some(&(due, ..)) if due < Duration::MAX && due <= until => {
                    turns *= usize::from(due == self.now);
                    self.now = due;
                }
                _ => break,
            }
            let due = (self.now, usize::MAX, usize::MAX);
            let batch: Vec<_> = self.keys.range(..=due).copied().collect();
            for (.., number) in batch {
                if let Some(entry) = self.take(number) {
                    self.call(entry);
                }
            }
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

    /// Set if there are more timers than any question needs.
    fn has_many_timers(&self) -> bool {
        self.timers.iter().any(|timers| *timers > MANY_TIMERS)
    }

    /// What is still registered for a question.
    fn find_left(&self, question: usize) -> Option<&'static str> {
        for (.., number) in &self.keys {
            match &self.entries[*number] {
                Some(entry) if entry.question != Some(question) => {}
                Some(Entry { what: What::Timer(_), .. }) => {
                    return Some("its timer was still set");
                }
                Some(Entry { what: What::Reply(_), .. }) => {
                    return Some("the question was still under way");
                }
                _ => {}
            }
        }
        None
    }
}

/// What is asked, and what becomes of it.
#[derive(Clone, Debug)]
struct Script {
    questions: Vec<Question>,
    /// All times are multiples of it.
    unit: Duration,
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
    text: Text,
    /// Set if the `then` of the one before asks it, and not the check.
    is_next: bool,
    limit: u32,
    reply: Source,
    /// The text of the reply, unless it is a refusal.
    answer: Option<Text>,
    /// How long after the question it is cancelled, perhaps several times. If
    /// it is no time at all, `ask` has come back, and the loop has not run.
    cancels: Vec<u32>,
    asking: Keeps,
    /// The questions that `then` cancels.
    then_cancels: Vec<usize>,
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

/// The limit of most questions.
const LIMIT: u32 = 20;
/// Units that are easy to read; the first is that of most scripts.
const UNITS: [Duration; 6] = [
    Duration::from_millis(1),
    Duration::from_nanos(1),
    Duration::from_micros(1),
    Duration::from_secs(1),
    Duration::from_secs(24 * 60 * 60),
    Duration::from_secs(365 * 24 * 60 * 60),
];
const ORDERS: [[Kind; 3]; 6] = [
    [Kind::Reply, Kind::Timer, Kind::Cancel],
    [Kind::Reply, Kind::Cancel, Kind::Timer],
    [Kind::Timer, Kind::Reply, Kind::Cancel],
    [Kind::Timer, Kind::Cancel, Kind::Reply],
    [Kind::Cancel, Kind::Reply, Kind::Timer],
    [Kind::Cancel, Kind::Timer, Kind::Reply],
];

/// All that can become of one question, the simple things first.
fn all_of_one_question() -> Vec<Script> {
    let mut all = Vec::new();
    for ends in [NEVER, 15, 0] {
        for question in all_questions() {
            if question.limit == NEVER && ends < NEVER {
                continue;
            }
            let (questions, unit) = (vec![question], UNITS[0]);
            let script = Script { questions, unit, order: ORDERS[0], ends };
            let orders = if script.has_ties() { &ORDERS } else { &ORDERS[..1] };
            let scripts = orders.iter().map(|order| {
                let order = *order;
                Script { order, ..script.clone() }
            });
            all.extend(scripts);
        }
    }
    all
}

/// The same without the loop and its order.
fn all_questions() -> Vec<Question> {
    let answer = || Question::plain(0).answer;
    let replies = [
        (Source::After(10), answer()),
        (Source::After(10), None),
        (Source::Never, answer()),
        (Source::After(30), answer()),
        (Source::AtOnce, answer()),
        (Source::AtOnce, None),
        (Source::Lost(10), answer()),
        (Source::After(20), answer()),
        (Source::After(0), None),
    ];
    let cancels: [&[u32]; 7] =
        [&[], &[5], &[25], &[10], &[20], &[0], &[5, 5, 20, 40]];
    let mut all = Vec::new();
    for limit in [LIMIT, NEVER] {
        for asking in [Keeps::Caller, Keeps::Then, Keeps::None] {
            // Without an `Asking` it cannot be cancelled.
            let most = if asking == Keeps::None { 1 } else { cancels.len() };
            for cancels in &cancels[..most] {
                for (reply, answer) in &replies {
                    for then_cancels in [vec![], vec![0]] {
                        all.push(Question {
                            limit,
                            reply: *reply,
                            answer: answer.clone(),
                            cancels: cancels.to_vec(),
                            asking,
                            then_cancels,
                            ..Question::plain(0)
                        });
                    }
                }
            }
        }
    }
    all
}

impl Question {
    /// One that has a reply in time. It has number `n`.
    fn plain(n: usize) -> Question {
        Question {
            text: Text::new(QUESTION),
            is_next: false,
            limit: LIMIT,
            reply: Source::After(10),
            answer: Some(Text::new(&format!("answer {n}"))),
            cancels: Vec::new(),
            asking: Keeps::Caller,
            then_cancels: Vec::new(),
        }
    }

    /// Question `n` of `count`.
    fn random(dice: &mut Dice, n: usize, count: usize) -> Question {
        // Few different times, so that much comes at once.
        let time = |dice: &mut Dice| 10 * dice.below(5) as u32;
        let mut question = Question::plain(n);
        if dice.below(4) == 0 {
            question.text = Text::random(dice, LONG);
        }
        question.is_next = n > 0 && dice.below(2) == 0;
        question.limit = match dice.below(12) {
            0 => NEVER,
            _ => time(dice),
        };
        question.reply = match dice.below(6) {
            0 => Source::AtOnce,
            1 => Source::Never,
            2 => Source::Lost(10 + time(dice)),
            _ => Source::After(time(dice)),
        };
        match dice.below(6) {
            0 | 1 => question.answer = None,
            2 => question.answer = Some(Text::random(dice, LONG)),
            _ => {}
        }
        question.asking =
            dice.one_of(&[Keeps::Caller, Keeps::Then, Keeps::None]);
        if question.asking != Keeps::None {
            let cancels = (0..dice.below(3)).map(|_| time(dice));
            question.cancels = cancels.collect();
        }
        if dice.below(3) == 0 {
            let cancels = (0..=dice.below(2)).map(|_| dice.below(count));
            question.then_cancels = cancels.collect();
        }
        question
    }

    /// The same with one thing that is less odd, in each way there is. It has
    /// number `n`.
    fn smaller(&self, n: usize) -> Vec<Question> {
        let mut all = Vec::new();
        let mut with = |change: &dyn Fn(&mut Question)| {
            let mut less = self.clone();
            change(&mut less);
            all.push(less);
        };
        let plain = Question::plain(n);
        for text in self.text.smaller(&plain.text) {
            with(&|it| it.text = text.clone());
        }
        if self.is_next {
            with(&|it| it.is_next = false);
        }
        if self.limit != plain.limit {
            with(&|it| it.limit = plain.limit);
        }
        let replies = [plain.reply, Source::Never, Source::After(30)];
        for reply in replies.into_iter().take_while(|it| *it != self.reply) {
            with(&|it| it.reply = reply);
        }
        match &self.answer {
            None => with(&|it| it.answer = plain.answer.clone()),
            Some(text) => {
                for text in text.smaller(&plain.answer.clone().expect("a text"))
                {
                    with(&|it| it.answer = Some(text.clone()));
                }
            }
        }
        for (n, cancel) in self.cancels.iter().enumerate() {
            with(&|it| {
                it.cancels.remove(n);
            });
            if ![0, 5].contains(cancel) {
                with(&|it| it.cancels[n] = 5);
            }
        }
        if self.asking != plain.asking {
            with(&|it| it.asking = plain.asking);
        }
        for n in 0..self.then_cancels.len() {
            with(&|it| {
                it.then_cancels.remove(n);
            });
        }
        all
    }
}

/// A piece of text, repeated a number of times.
#[derive(Clone, Debug, PartialEq)]
struct Text {
    piece: String,
    times: usize,
}

impl Text {
    fn new(text: &str) -> Text {
        Text { piece: text.to_owned(), times: 1 }
    }

    /// Some are empty. This is about the length of the longest, in bytes.
    fn random(dice: &mut Dice, longest: usize) -> Text {
        let piece = (0..dice.below(12)).map(|_| {
            dice.one_of(&['a', 'B', 'c', 'D', ' ', '\n', '\0', '"', '7', 'é'])
        });
        let piece: String = piece.collect();
        let times = match dice.below(2) {
            0 => 1,
            _ => 1 + dice.below(1 + longest / (1 + piece.len())),
        };
        Text { piece, times }
    }

    /// One that is less odd, in each way there is.
    fn smaller(&self, plain: &Text) -> Vec<Text> {
        if self == plain {
            return Vec::new();
        }
        let mut all = vec![plain.clone()];
        let less = (0..).map(|n| self.times >> n);
        for less in less.take_while(|less| *less > 0) {
            all.push(Text { times: self.times - less, ..self.clone() });
        }
        for (at, _) in self.piece.char_indices() {
            let mut less = self.clone();
            less.piece.remove(at);
            all.push(less);
        }
        all
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.piece.repeat(self.times))
    }
}

impl Script {
    fn random(dice: &mut Dice, count: usize) -> Script {
        let questions = (0..count).map(|n| Question::random(dice, n, count));
        let questions = questions.collect();
        // From a nanosecond up to the age of the world.
        let unit = match dice.below(4) {
            0 => Duration::from_nanos(dice.number() >> dice.below(64)),
            1 => Duration::from_secs(dice.number() >> (18 + dice.below(40))),
            _ => UNITS[0],
        };
        let unit = unit.max(Duration::from_nanos(1));
        let order = dice.one_of(&ORDERS);
        let ends = match dice.below(4) {
            0 => 10 * dice.below(8) as u32 + 5,
            _ => NEVER,
        };
        Script { questions, unit, order, ends }
    }

    /// One question, and its reply, both very long.
    fn of_long_texts(dice: &mut Dice) -> Script {
        let mut script = Script::random(dice, 1);
        let mut text = || {
            let piece = Text::random(dice, 0).piece + "?";
            let times = VERY_LONG / piece.len() + dice.below(9000);
            Text { piece, times }
        };
        let mut question = Question::plain(0);
        (question.text, question.answer) = (text(), Some(text()));
        script.questions = vec![question];
        script.ends = NEVER;
        script
    }

    /// Many questions that are under way at the same time.
    fn of_many(dice: &mut Dice) -> Script {
        let mut script = Script::random(dice, MANY);
        for question in &mut script.questions {
            question.is_next = false;
            // None is over before the last one is asked.
            question.cancels.retain(|delay| *delay > 0);
            if question.reply == Source::AtOnce {
                question.reply = Source::After(10);
            }
        }
        script
    }

    /// The same with a little less in it, in each way there is.
    fn smaller(&self) -> Vec<Script> {
        let mut all = Vec::new();
        let count = self.questions.len();
        for parts in [2, 4, 8, 16] {
            let size = count.div_ceil(parts);
            if size < count {
                let starts = (0..count).step_by(size);
                let gone = starts.map(|n| n..count.min(n + size));
                all.extend(gone.map(|gone| self.without(gone)));
            }
        }
        // There would be too many, and each takes its time.
        if count > FEW {
            return all;
        }
        for unit in UNITS.into_iter().take_while(|unit| *unit != self.unit) {
            all.push(Script { unit, ..self.clone() });
        }
        if self.ends < NEVER {
            all.push(Script { ends: NEVER, ..self.clone() });
        }
        for n in 0..count {
            for question in self.questions[n].smaller(n) {
                let mut less = self.clone();
                less.questions[n] = question;
                all.push(less);
            }
        }
        all
    }

    fn without(&self, gone: Range<usize>) -> Script {
        let mut less = self.clone();
        less.questions.drain(gone.clone());
        for question in &mut less.questions {
            question.then_cancels.retain(|number| !gone.contains(number));
            for number in &mut question.then_cancels {
                if *number >= gone.end {
                    *number -= gone.len();
                }
            }
        }
        less.questions[0].is_next = false;
        less
    }

    /// A time of the loop.
    fn time(&self, units: u32) -> Duration {
        match units {
            NEVER => Duration::MAX,
            units => self.unit * units,
        }
    }

    fn place(&self, kind: Kind) -> usize {
        self.order.iter().position(|it| *it == kind).expect("it has all")
    }

    /// What the other side says to a question, if anything.
    fn reply(&self, question: usize) -> Reply {
        let answer = &self.questions[question].answer;
        answer.as_ref().map(Text::to_string).ok_or(Why::Refused)
    }

    /// What comes of a question that is asked at time `began`: when, in which
    /// place of those that come at the same time, and what it is.
    fn coming(
        &self,
        question: usize,
        began: Duration,
    ) -> Vec<(Duration, usize, Reply)> {
        let Question { limit, reply, cancels, .. } = &self.questions[question];
        let after = |units| began.saturating_add(self.time(units));
        let timed_out = Err(Why::TimedOut);
        let mut all = vec![(after(*limit), self.place(Kind::Timer), timed_out)];
        let place = self.place(Kind::Reply);
        match reply {
            Source::AtOnce => all.push((began, place, self.reply(question))),
            Source::After(delay) => {
                all.push((after(*delay), place, self.reply(question)));
            }
            Source::Lost(_) | Source::Never => {}
        }
        for delay in cancels {
            let place = self.place(Kind::Cancel);
            all.push((after(*delay), place, Err(Why::Cancelled)));
        }
        all
    }

    /// When `then` has to be called, and with what. That is more than one if it
    /// is not said which of them is first.
    fn due(&self, question: usize, log: &Log) -> (Duration, Vec<Reply>) {
        let began = log.began.expect("it was asked");
        let all = self.coming(question, began);
        let own = all.iter().map(|(time, ..)| *time).min();
        let own = own.expect("there is the limit");
        let cancel = log.cancels.iter().min().copied();
        let cancel = cancel.unwrap_or(Duration::MAX);
        let mut replies = Vec::new();
        if own <= cancel {
            for first in 0..self.order.len() {
                for (time, place, reply) in &all {
                    if *time == own && *place == first {
                        replies.push(reply.clone());
                    }
                }
            }
            // At the very beginning, it depends on when it is sent.
            if own > began {
                replies.truncate(1);
            }
        }
        // A `then` that runs at the same time may run before that or after it.
        if cancel <= own && cancel < Duration::MAX {
            replies.push(Err(Why::Cancelled));
        }
        (own.min(cancel), replies)
    }

    /// Set if something of a question comes at the same time as something else.
    fn has_ties(&self) -> bool {
        (0..self.questions.len()).any(|question| {
            let all = self.coming(question, Duration::ZERO);
            let mut pairs = all
                .iter()
                .flat_map(|one| all.iter().map(move |other| (one, other)));
            pairs.any(|(one, other)| one.0 == other.0 && one.1 != other.1)
        })
    }

    /// Set if it needs more memory each time that it is played.
    fn leaks(&self) -> bool {
        (0..3).all(|_| {
            let before = allocated();
            self.play().is_ok() && allocated() > before
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
        events.run(self.time(self.ends));
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
    began: Option<Duration>,
    /// When the `then` of another one cancelled it.
    cancels: Vec<Duration>,
    /// What `then` owns.
    owned: Weak<()>,
    asking: Weak<Slot>,
    calls: Vec<Call>,
}

/// A call of `then`.
struct Call {
    time: Duration,
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
            ..Log::default()
        };
        self.logs.borrow_mut()[question] = log;
        let own_slot = (script.asking == Keeps::Then).then(|| slot.clone());
        let play = self.clone();
        let then = move |events: &mut Events, reply: Reply| {
            let _owns = (&owned, &own_slot);
            play.note_call(events, question, reply);
        };

        let outer = events.current.replace(question);
        let inside = self.inside.replace(Some("ask"));
        let limit = self.script.time(script.limit);
        let asking = ask(events, &script.text.to_string(), limit, then);
        self.inside.set(inside);
        events.current = outer;
        *slot.borrow_mut() = Some(asking);
        for delay in script.cancels {
            if delay == 0 {
                self.cancel(events, question);
                continue;
            }
            let play = self.clone();
            let cancel: Callback =
                Box::new(move |events| play.cancel(events, question));
            let due = events.now + self.script.time(delay);
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
        for &other in &self.script.questions[question].then_cancels {
            if other != question {
                let mut logs = self.logs.borrow_mut();
                let log = &mut logs[other];
                if log.began.is_some() && log.asking.strong_count() > 0 {
                    log.cancels.push(events.now);
                }
            }
            self.cancel(events, other);
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
        if let Some(timers) = events.timers.iter().find(|it| **it > MANY_TIMERS)
        {
            return Err(format!(
                "right answer, wrong way: {timers} timers were set for one \
                 question"
            ));
        }
        for (question, log) in self.logs.borrow().iter().enumerate() {
            let Some(began) = log.began else { continue };
            self.judge_sent(question, log, &events.sent[question])
                .and_then(|()| self.judge_calls(question, log, began))
                .and_then(|()| self.judge_left(question, log, events))
                .map_err(|why| format!("wrong answer: {why}"))?;
        }
        Ok(())
    }

    /// What is sent is the question, once.
    fn judge_sent(
        &self,
        question: usize,
        log: &Log,
        sent: &[String],
    ) -> Result<(), String> {
        let script = &self.script.questions[question];
        let cancelled_at_once = script.cancels.contains(&0)
            || log.cancels.iter().any(|time| Some(*time) == log.began);
        let text = script.text.to_string();
        match sent {
            [] if cancelled_at_once => Ok(()),
            [] => Err("the question was never sent".to_owned()),
            [sent] if *sent == text => Ok(()),
            [sent] => {
                let (sent, text) = (show_text(sent), show_text(&text));
                Err(format!("{sent} was sent, and the question is {text}"))
            }
            _ => Err(format!("the question was sent {} times", sent.len())),
        }
    }

    /// `then` is called once, with what came first, when that came.
    fn judge_calls(
        &self,
        question: usize,
        log: &Log,
        began: Duration,
    ) -> Result<(), String> {
        let (time, replies) = self.script.due(question, log);
        let due = time - began;
        let came = format!("{} after {due:?}", show(&replies[0]));
        let then = match self.script.questions.len() {
            1 => "`then`".to_owned(),
            _ => format!("`then` of question {question}"),
        };
        let say = |call: &Call| {
            format!("{} after {:?}", show(&call.reply), call.time - began)
        };
        let call = match &log.calls[..] {
            [] if time == Duration::MAX => return Ok(()),
            [] if time > self.script.time(self.script.ends) => return Ok(()),
            [] => {
                return Err(format!(
                    "{then} was never called; it had to be, with {came}"
                ));
            }
            [call] => call,
            [first, second, ..] => {
                return Err(format!(
                    "{then} was called {} times: with {}, and with {}",
                    log.calls.len(),
                    say(first),
                    say(second)
                ));
            }
        };
        if let Some(inside) = call.inside {
            return Err(format!(
                "{then} was called before `{inside}` had come back"
            ));
        }
        let called = format!("{then} was called with {}", say(call));
        if let Some(why) = self.why_impossible(question, log, call, time) {
            return Err(format!("{called}, and {why}"));
        }
        if !replies.contains(&call.reply) {
            return Err(format!("{called}; what came first was {came}"));
        }
        if call.time != time {
            return Err(format!(
                "{called}, and not after {due:?}, when it came"
            ));
        }
        match call.left {
            Some(left) => Err(format!(
                "when {then} was called with {}, {left}",
                show(&call.reply)
            )),
            None => Ok(()),
        }
    }

    /// Says why `then` cannot be called so, whatever comes first, if that is
    /// the case. It has to be called at time `due`.
    fn why_impossible(
        &self,
        question: usize,
        log: &Log,
        call: &Call,
        due: Duration,
    ) -> Option<String> {
        let script = &self.script.questions[question];
        match &call.reply {
            Err(Why::TimedOut) => {
                let limit = self.script.time(script.limit);
                let passed = call.time - log.began?;
                let why = match script.limit {
                    NEVER => "there is no limit".to_owned(),
                    _ => format!("the limit is {limit:?}"),
                };
                // What is in time has been called by what came first.
                (passed != limit && call.time != due).then_some(why)
            }
            Err(Why::Cancelled) => {
                let is_cancelled =
                    !(script.cancels.is_empty() && log.cancels.is_empty());
                (!is_cancelled).then(|| "it was not cancelled".to_owned())
            }
            reply => match script.reply {
                Source::Lost(_) | Source::Never => {
                    Some("there is no reply to it".to_owned())
                }
                _ => {
                    let real = self.script.reply(question);
                    let why = || format!("the reply to it is {}", show(&real));
                    (*reply != real).then(why)
                }
            },
        }
    }

    /// Nothing is left of a question that is over.
    fn judge_left(
        &self,
        question: usize,
        log: &Log,
        events: &Events,
    ) -> Result<(), String> {
        if log.calls.is_empty() {
            return Ok(());
        }
        if let Some(left) = events.find_left(question) {
            return Err(format!("after `then` had been called, {left}"));
        }
        match log.owned.strong_count() {
            0 => Ok(()),
            _ => Err("`then` has been called, and what it owns is still there"
                .to_owned()),
        }
    }
}

/// `Ok("…")`
fn show(reply: &Reply) -> String {
    match reply {
        Ok(text) => format!("Ok({})", show_text(text)),
        Err(why) => format!("Err({why:?})"),
    }
}

/// A text, or how a long one begins.
fn show_text(text: &str) -> String {
    match text.char_indices().nth(20) {
        None => format!("{text:?}"),
        Some((at, _)) => {
            format!("{:?}… ({} bytes)", &text[..at], text.len())
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
        let count = self.questions.len();
        if count > FEW {
            return write!(f, "{count} questions are under way together. ");
        }
        for (n, question) in self.questions.iter().enumerate() {
            let plain = Question::plain(n);
            write!(f, "Question {n}")?;
            if question.is_next {
                write!(f, ", which `then` of question {} asks,", n - 1)?;
            }
            if question.text != plain.text {
                let text = show_text(&question.text.to_string());
                write!(f, ", which is {text},")?;
            }
            write!(f, " has ")?;
            match question.limit {
                NEVER => write!(f, "no limit; ")?,
                limit => write!(f, "a limit of {:?}; ", self.time(limit))?,
            }
            let what = match &question.answer {
                None => "a refusal".to_owned(),
                it if *it == plain.answer => "an answer".to_owned(),
                Some(text) => {
                    format!("the answer {}", show_text(&text.to_string()))
                }
            };
            match question.reply {
                Source::AtOnce => write!(f, "{what} comes at once")?,
                Source::After(delay) => {
                    write!(f, "{what} comes after {:?}", self.time(delay))?;
                }
                Source::Lost(delay) => {
                    write!(f, "it gets lost after {:?}", self.time(delay))?;
                }
                Source::Never => write!(f, "there is no reply")?,
            }
            for delay in &question.cancels {
                match delay {
                    0 => write!(f, "; it is cancelled at once")?,
                    _ => {
                        let delay = self.time(*delay);
                        write!(f, "; it is cancelled after {delay:?}")?;
                    }
                }
            }
            for other in &question.then_cancels {
                match *other == n {
                    true => write!(f, "; `then` cancels it")?,
                    false => write!(f, "; `then` cancels question {other}")?,
                }
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
            let ends = self.time(self.ends);
            write!(f, "The loop is dropped after {ends:?}. ")?;
        }
        Ok(())
    }
}
