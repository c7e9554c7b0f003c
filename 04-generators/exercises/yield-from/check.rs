//! Judges `Task`: a generator that yields from another one waits until that has
//! come to its end, and what lies outside deals with the innermost alone.
//!
//! Ways to be wrong: an inner one is left out, or runs one level deep only; a
//! reply goes to the outermost, or to all on the way, or to one that has not
//! begun; an error goes past those that could catch it, or is lost; the value
//! of an inner one is lost, or taken for the end of all; a request is changed,
//! left out, made twice, or served inside; a call costs a pause; one that has
//! ended is kept; closing drops the outermost first; the stack is one for all
//! tasks, or that of the thread, or has a fixed size; something runs in `new`;
//! a large number does not fit, or some kind of error is taken for a sign.
//!
//! As shipped: generator 2 was dropped, and it has not begun

use super::Task;
use generators::Resumed;
use lab::Dice;
use std::cell::RefCell;
use std::fmt::{self, Display, Formatter};
use std::io::ErrorKind;
use std::mem;
use std::rc::Rc;
use std::time::Duration;
use timeline::What;
use trials::judge::{Judge, smallest};

/// How many random stories each run tries.
const STORIES: usize = 300;

/// How deep the deepest nesting is. A call takes a hundred bytes or more, and a
/// thread of a test has two million.
const DEEP: usize = 40_000;

/// None of them means more than another one.
const ERRORS: [ErrorKind; 8] = [
    ErrorKind::ConnectionReset,
    ErrorKind::TimedOut,
    ErrorKind::NotFound,
    ErrorKind::Interrupted,
    ErrorKind::WouldBlock,
    ErrorKind::UnexpectedEof,
    ErrorKind::BrokenPipe,
    ErrorKind::Other,
];

trials::answer!("exercises/yield-from.rs");

#[test]
fn what_lies_outside_deals_with_the_innermost_generator_alone() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    // Small ones first: they are easier to follow.
    let sizes = (0..STORIES).map(|n| 2 + n / 30);
    let any = sizes.map(|most| Story::random(&mut dice, most));
    for story in Story::usual().into_iter().chain(any) {
        // A sign of life, for a machine that is busy.
        timeline::event(What::Run);
        if story.judge().is_err() {
            let is_wrong = |it: &Story| it.judge().is_err();
            let story = smallest(story, Story::smaller, is_wrong);
            let why = story.judge().expect_err("it was wrong");
            panic!("wrong answer: {story}: {why} {again}");
        }
    }
    judge_large();
    judge.end();
}

/// What a generator asks for that does not know how to get it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Request {
    /// Read from the socket of this number.
    Read(u32),
    /// Wait until this time.
    SleepUntil(Duration),
}

/// What comes back for a request, or from a generator at its end.
pub type Reply = Result<u32, ErrorKind>;

/// What a generator hands out when it pauses.
pub enum Yield {
    /// It waits for the reply to this.
    Request(Request),
    /// It waits until this one has come to its end.
    From(Generator),
}

/// A function that pauses.
pub struct Generator {
    world: Rc<World>,
    number: usize,
    /// How many of its steps it has done.
    done: usize,
}

impl Generator {
    /// Runs it until its next pause, or to its end. The first time there is
    /// nothing to send in, since it has not asked for anything yet.
    pub fn resume(&mut self, reply: Option<Reply>) -> Resumed<Yield, Reply> {
        self.world.note(Event::Resumed(self.number, reply));
        self.world.assert_it_ends();
        let body = &self.world.story.bodies[self.number];
        if let Some(Err(why)) = reply
            && !body.catches
        {
            return Resumed::Returned(Err(why));
        }
        let Some(step) = body.steps.get(self.done) else {
            return Resumed::Returned(body.end);
        };
        self.done += 1;
        Resumed::Yielded(match *step {
            Step::Ask(request) => Yield::Request(request),
            Step::From(number) => {
                Yield::From(Generator::new(&self.world, number))
            }
        })
    }

    fn new(world: &Rc<World>, number: usize) -> Generator {
        Generator { world: world.clone(), number, done: 0 }
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        self.world.note(Event::Dropped(self.number));
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Event {
    /// The task is resumed.
    Sent,
    /// The generator of this number is, with this.
    Resumed(usize, Option<Reply>),
    /// The task has paused with this.
    Asked(Request),
    /// The generator of this number is not there any more.
    Dropped(usize),
    /// The task has come to its end with this.
    Over(Reply),
}

/// What one generator does.
#[derive(Clone)]
struct Body {
    steps: Vec<Step>,
    /// Set if it goes on after an error.
    catches: bool,
    end: Reply,
}

#[derive(Clone, Copy)]
enum Step {
    Ask(Request),
    /// The generator of this number.
    From(usize),
}

/// Some generators, the first of which is the outermost.
#[derive(Clone)]
struct Story {
    bodies: Vec<Body>,
    /// To the requests, one after another, and then again from the first.
    replies: Vec<Reply>,
}

/// What there is while a story is played.
struct World {
    story: Story,
    events: RefCell<Vec<Event>>,
    /// More of them are not possible, in any right answer.
    most: usize,
}

impl World {
    fn note(&self, event: Event) {
        self.events.borrow_mut().push(event);
    }

    fn assert_it_ends(&self) {
        assert!(
            self.events.borrow().len() < self.most,
            "wrong answer: {}: it goes on and on, after all that was to be \
             done",
            self.story
        );
    }
}

impl Story {
    /// Small ones, which show the usual mistakes.
    fn usual() -> Vec<Story> {
        let read = |socket| Step::Ask(Request::Read(socket));
        let sleep =
            |ms| Step::Ask(Request::SleepUntil(Duration::from_millis(ms)));
        let body = |steps: &[Step], end: u32| Body {
            steps: steps.to_vec(),
            catches: false,
            end: Ok(end),
        };
        let story = |bodies, replies: &[Reply]| Story {
            bodies,
            replies: replies.to_vec(),
        };
        let fails = Body { end: Err(ErrorKind::NotFound), ..body(&[], 0) };
        let outer = |steps| Body { catches: true, ..body(steps, 9) };
        let reset = Err(ErrorKind::ConnectionReset);
        vec![
            story(vec![body(&[read(1), sleep(5)], 3)], &[Ok(7), Ok(8)]),
            story(vec![body(&[Step::From(1)], 3), body(&[], 4)], &[Ok(7)]),
            story(
                vec![body(&[Step::From(1)], 3), body(&[read(1), sleep(2)], 4)],
                &[Ok(7), Ok(8)],
            ),
            story(vec![outer(&[Step::From(1), read(1)]), fails], &[Ok(7)]),
            story(
                vec![outer(&[Step::From(1), sleep(3)]), body(&[read(1)], 4)],
                &[reset, Ok(7)],
            ),
            story(
                vec![
                    body(&[Step::From(1), read(1)], 3),
                    body(&[Step::From(2), read(1)], 4),
                    body(&[read(1), read(1)], 5),
                ],
                &[Ok(7), Ok(8)],
            ),
        ]
    }

    /// Each generator yields from the next, and the last one reads.
    fn chain() -> Story {
        let body = |number: usize| {
            let last = Step::Ask(Request::Read(1));
            let inner = Step::From(number + 1);
            let step = if number + 1 < DEEP { inner } else { last };
            Body { steps: vec![step], catches: false, end: Ok(number as u32) }
        };
        let bodies = (0..DEEP).map(body).collect();
        Story { bodies, replies: vec![Ok(7)] }
    }

    /// The first generator yields from all others, which do not pause.
    fn row() -> Story {
        let body = |number: usize| {
            let steps = match number {
                0 => (1..DEEP).map(Step::From).collect(),
                _ => Vec::new(),
            };
            Body { steps, catches: false, end: Ok(number as u32) }
        };
        let bodies = (0..DEEP).map(body).collect();
        Story { bodies, replies: vec![Ok(7)] }
    }

    fn random(dice: &mut Dice, most: usize) -> Story {
        let mut bodies: Vec<Body> = Vec::new();
        for number in 0..1 + dice.below(most) {
            let asks = (0..dice.below(4)).map(|_| Step::Ask(any_request(dice)));
            let steps = asks.collect();
            let catches = dice.below(2) == 0;
            bodies.push(Body { steps, catches, end: any_reply(dice) });
            if number > 0 {
                // Many of them are deep.
                let parent = match dice.below(2) {
                    0 => number - 1,
                    _ => dice.below(number),
                };
                let steps = &mut bodies[parent].steps;
                let place = dice.below(steps.len() + 1);
                steps.insert(place, Step::From(number));
            }
        }
        let replies = (0..1 + dice.below(8)).map(|_| any_reply(dice)).collect();
        Story { bodies, replies }
    }

    /// With a step less, or an error less, or a smaller number.
    fn smaller(&self) -> Vec<Story> {
        let mut all = Vec::new();
        for (number, body) in self.bodies.iter().enumerate() {
            for (place, step) in body.steps.iter().enumerate() {
                let mut less = self.clone();
                less.bodies[number].steps.remove(place);
                all.push(less);
                if let Step::Ask(request) = step
                    && let Some(simpler) = request.simpler()
                {
                    let mut less = self.clone();
                    less.bodies[number].steps[place] = Step::Ask(simpler);
                    all.push(less);
                }
            }
            if let Some(simpler) = simpler(body.end) {
                let mut less = self.clone();
                less.bodies[number].end = simpler;
                all.push(less);
            }
        }
        for (place, reply) in self.replies.iter().enumerate() {
            if let Some(simpler) = simpler(*reply) {
                let mut less = self.clone();
                less.replies[place] = simpler;
                all.push(less);
            }
        }
        if self.replies.len() > 1 {
            for place in 0..self.replies.len() {
                let mut less = self.clone();
                less.replies.splice(place..=place, []);
                all.push(less);
            }
        }
        all
    }

    fn size(&self) -> usize {
        self.bodies.iter().map(|body| 1 + body.steps.len()).sum()
    }

    fn judge(&self) -> Result<(), String> {
        let whole = Model::of(self, usize::MAX);
        let mut alone = Played::new(self);
        while alone.go_on(whole.events.len()) {}
        compare(&alone.events(), &whole.events)?;

        // Closed before it begins, and after each of the first requests.
        for requests in 0..=whole.asked.min(8) {
            let mut closed = Played::new(self);
            for _ in 0..requests {
                closed.go_on(whole.events.len());
            }
            closed.task = None;
            let due = Model::of(self, requests).events;
            compare(&closed.events(), &due).map_err(|why| {
                format!("dropped after {requests} of its requests: {why}")
            })?;
        }

        // Two of them, in turn.
        let mut both = [Played::new(self), Played::new(self)];
        let mut go_on = true;
        while go_on {
            go_on = false;
            for one in &mut both {
                go_on |= one.go_on(whole.events.len());
            }
        }
        for one in &both {
            let why = compare(&one.events(), &whole.events);
            why.map_err(|why| format!("two such tasks in turn: {why}"))?;
        }
        Ok(())
    }
}

/// Most are small, so that many are the same.
fn any_request(dice: &mut Dice) -> Request {
    match dice.below(12) {
        0 => Request::SleepUntil(Duration::MAX),
        1 => {
            let ns = dice.number() >> dice.below(40);
            Request::SleepUntil(Duration::from_nanos(ns))
        }
        2..6 => {
            let ms = dice.below(4) as u64;
            Request::SleepUntil(Duration::from_millis(ms))
        }
        6 => Request::Read(dice.number() as u32),
        _ => Request::Read(1 + dice.below(2) as u32),
    }
}

fn any_reply(dice: &mut Dice) -> Reply {
    match dice.below(14) {
        0 | 1 => Err(dice.one_of(&ERRORS)),
        2 => Ok(u32::MAX),
        3 => Ok(dice.number() as u32),
        n => Ok(n as u32 - 4),
    }
}

/// One that is easier to read.
fn simpler(reply: Reply) -> Option<Reply> {
    match reply {
        Err(_) => Some(Ok(1)),
        Ok(0..10) => None,
        Ok(large) => Some(Ok(large % 10)),
    }
}

impl Request {
    /// One that is easier to read.
    fn simpler(self) -> Option<Request> {
        const MS: Duration = Duration::from_millis(1);
        match self {
            Request::Read(0..10) | Request::SleepUntil(Duration::MAX) => None,
            Request::Read(_) => Some(Request::Read(1)),
            Request::SleepUntil(time) if time < 10 * MS => None,
            Request::SleepUntil(_) => Some(Request::SleepUntil(MS)),
        }
    }
}

/// A task of the answer, under way.
struct Played {
    task: Option<Task>,
    world: Rc<World>,
    asked: usize,
}

impl Played {
    fn new(story: &Story) -> Played {
        let events = RefCell::default();
        let most = 20 * story.size() + 100;
        let world = Rc::new(World { story: story.clone(), events, most });
        let task = Some(Task::new(Generator::new(&world, 0)));
        Played { task, world, asked: 0 }
    }

    /// Resumes the task, if it has not come to its end, and if no more has
    /// happened than should.
    fn go_on(&mut self, most: usize) -> bool {
        let Some(task) = &mut self.task else { return false };
        if self.world.events.borrow().len() > most {
            return false;
        }
        let replies = &self.world.story.replies;
        let last = self.asked.checked_sub(1);
        let reply = last.map(|asked| replies[asked % replies.len()]);
        self.world.note(Event::Sent);
        match task.resume(reply) {
            Resumed::Yielded(request) => {
                self.world.note(Event::Asked(request));
                self.asked += 1;
            }
            Resumed::Returned(reply) => {
                self.world.note(Event::Over(reply));
                self.task = None;
            }
        }
        true
    }

    /// All that has happened. The outermost generator may be dropped when it
    /// has ended, or with its task: that is the same here.
    fn events(&self) -> Vec<Event> {
        let mut events = self.world.events.borrow().clone();
        if let [.., dropped @ Event::Dropped(0), over @ Event::Over(_)] =
            &mut events[..]
        {
            mem::swap(dropped, over);
        }
        events
    }
}

/// What has to happen, by a recursion.
struct Model<'a> {
    story: &'a Story,
    /// After this number of requests it is closed.
    most: usize,
    asked: usize,
    events: Vec<Event>,
}

/// The task was dropped.
struct Closed;

impl<'a> Model<'a> {
    fn of(story: &'a Story, most: usize) -> Model<'a> {
        let mut model = Model { story, most, asked: 0, events: Vec::new() };
        let end = match most {
            0 => Err(Closed),
            _ => {
                model.events.push(Event::Sent);
                model.run(0)
            }
        };
        model.events.extend(end.ok().map(Event::Over));
        model.events.push(Event::Dropped(0));
        model
    }

    fn run(&mut self, number: usize) -> Result<Reply, Closed> {
        let body = &self.story.bodies[number];
        self.events.push(Event::Resumed(number, None));
        for step in &body.steps {
            let reply = match *step {
                Step::Ask(request) => self.ask(request)?,
                Step::From(inner) => {
                    let end = self.run(inner);
                    self.events.push(Event::Dropped(inner));
                    end?
                }
            };
            self.events.push(Event::Resumed(number, Some(reply)));
            if reply.is_err() && !body.catches {
                return Ok(reply);
            }
        }
        Ok(body.end)
    }

    fn ask(&mut self, request: Request) -> Result<Reply, Closed> {
        self.events.push(Event::Asked(request));
        self.asked += 1;
        if self.asked == self.most {
            return Err(Closed);
        }
        self.events.push(Event::Sent);
        let replies = &self.story.replies;
        Ok(replies[(self.asked - 1) % replies.len()])
    }
}

/// Says what is wrong at the first place where two ways differ.
fn compare(seen: &[Event], due: &[Event]) -> Result<(), String> {
    let mut both = seen.iter().zip(due);
    let at = both.position(|(seen, due)| seen != due);
    let at = at.unwrap_or(seen.len().min(due.len()));
    match (seen.get(at), due.get(at)) {
        (None, None) => Ok(()),
        (seen, due) => Err(explain(seen, due)),
    }
}

fn explain(seen: Option<&Event>, due: Option<&Event>) -> String {
    let it = |number: &usize| match seen {
        Some(Event::Resumed(seen, _) | Event::Dropped(seen))
            if seen == number =>
        {
            "it".to_owned()
        }
        _ => format!("generator {}", number + 1),
    };
    let due = match due {
        None => "all was over".to_owned(),
        Some(Event::Sent) => "the task was not resumed".to_owned(),
        Some(Event::Resumed(number, None)) => {
            format!("{} has not begun", it(number))
        }
        Some(Event::Resumed(number, Some(reply))) => {
            format!("{} waits, and {reply:?} is for it", it(number))
        }
        Some(Event::Asked(request)) => format!("the task asks to {request}"),
        Some(Event::Dropped(number)) => {
            let it = it(number);
            match seen {
                Some(Event::Dropped(_)) => format!("{it} is inside of it"),
                _ => format!("{it} has to be dropped"),
            }
        }
        Some(Event::Over(reply)) => format!("the task ends with {reply:?}"),
    };
    let seen = match seen {
        None => "nothing happened any more".to_owned(),
        Some(Event::Sent) => "nothing happened in `resume`".to_owned(),
        Some(Event::Resumed(number, None)) => {
            format!("generator {} was resumed with nothing", number + 1)
        }
        Some(Event::Resumed(number, Some(reply))) => {
            format!("generator {} was resumed with {reply:?}", number + 1)
        }
        Some(Event::Asked(request)) => {
            format!("`resume` handed out a request to {request}")
        }
        Some(Event::Dropped(number)) => {
            format!("generator {} was dropped", number + 1)
        }
        Some(Event::Over(reply)) => format!("`resume` returned {reply:?}"),
    };
    format!("{seen}, and {due}")
}

/// Many generators do not need a deep stack of the thread: neither those that
/// end one after another, nor those that are inside of one another, to the end
/// or when they are dropped.
fn judge_large() {
    let begun = (0..DEEP).map(|number| Event::Resumed(number, None));
    let mut due = vec![Event::Sent];
    due.extend(begun.chain([Event::Asked(Request::Read(1))]));
    let mut closed = due.clone();
    closed.extend((0..DEEP).rev().map(Event::Dropped));
    due.extend([Event::Sent, Event::Resumed(DEEP - 1, Some(Ok(7)))]);
    for number in (0..DEEP - 1).rev() {
        let end = Some(Ok(number as u32 + 1));
        due.push(Event::Dropped(number + 1));
        due.push(Event::Resumed(number, end));
    }
    due.extend([Event::Over(Ok(0)), Event::Dropped(0)]);

    let row = Story::row();
    let of_row = Model::of(&row, usize::MAX).events;
    for (story, how, resumes, due) in [
        (&row, "the first of which yields from all others", 1, of_row),
        (&Story::chain(), "each of which yields from the next", 2, due),
        (&Story::chain(), "each of which yields from the next", 1, closed),
    ] {
        timeline::event(What::Run);
        let mut task = Played::new(story);
        for _ in 0..resumes {
            task.go_on(due.len());
        }
        task.task = None;
        if let Err(why) = compare(&task.events(), &due) {
            panic!("wrong answer: {story}, {how}: {why}");
        }
    }
}

impl Display for Story {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.bodies.len() > 40 {
            return write!(f, "{} generators", self.bodies.len());
        }
        // The inner ones come after the one that yields from them.
        let mut to_tell = vec![0];
        let mut parts = Vec::new();
        let mut asks = false;
        while let Some(number) = to_tell.pop() {
            let body = &self.bodies[number];
            let mut does = Vec::new();
            for step in &body.steps {
                match step {
                    Step::Ask(request) => {
                        asks = true;
                        does.push(format!("asks to {request}"));
                    }
                    Step::From(inner) => {
                        does.push(format!("yields from {}", inner + 1));
                        to_tell.push(*inner);
                    }
                }
            }
            if body.catches && !body.steps.is_empty() {
                does.push("catches errors".to_owned());
            }
            does.push(format!("returns {:?}", body.end));
            parts.push(format!("generator {} {}", number + 1, does.join(", ")));
        }
        if asks {
            parts.push(format!("the replies are {:?}", self.replies));
        }
        f.write_str(&parts.join("; "))
    }
}

impl Display for Request {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Request::Read(socket) => write!(f, "read from socket {socket}"),
            Request::SleepUntil(Duration::MAX) => f.write_str("sleep for ever"),
            Request::SleepUntil(time)
                if time.subsec_nanos().is_multiple_of(1_000_000) =>
            {
                write!(f, "sleep until {} ms", time.as_millis())
            }
            Request::SleepUntil(time) => {
                write!(f, "sleep until {} ns", time.as_nanos())
            }
        }
    }
}
