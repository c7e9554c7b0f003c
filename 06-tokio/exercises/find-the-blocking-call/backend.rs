//! What `serve` works with. Each wait and each call takes time, on a clock that
//! the check moves: from one thing that is due to the next, when all threads
//! sleep. A call that blocks puts its thread to sleep until it is over.
#![allow(dead_code, reason = "an answer need not use all of it")]

use paused::Wrong;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::process;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, ThreadId};
use std::{fmt::Write, pin::Pin};

/// A time on the check's clock, in milliseconds.
pub(super) type Ms = u64;

/// How many lines the journal has room for, besides those that are written.
pub(super) const ROOM: usize = 2;

/// What the answers to requests are made of. A clone is a handle to the same.
#[derive(Clone)]
pub struct Backend {
    /// Has pages that were unpacked before.
    pub cache: Cache,
    /// Has all pages, packed.
    pub store: Store,
    /// Has a line for each answer.
    pub journal: Journal,
}

/// Pages that were unpacked before.
#[derive(Clone)]
pub struct Cache(World);

/// All pages, packed.
#[derive(Clone)]
pub struct Store(World);

/// A line for each answer, written by a disk, one after another.
#[derive(Clone)]
pub struct Journal(World);

/// Somebody asks for a page.
pub struct Request {
    world: World,
    number: usize,
}

/// The name of the page that a request asks for.
pub struct Name {
    world: World,
    number: usize,
}

/// A page, as it is in the store.
pub struct Packed {
    world: World,
    number: usize,
}

/// A page, for a request.
#[derive(Clone)]
pub struct Page {
    number: usize,
}

/// The text of an answer.
#[derive(Clone)]
pub struct Text {
    number: usize,
    visit: u32,
}

/// Finds the name in the text of a request.
pub fn parse(request: &Request) -> Name {
    let Request { world, number } = request;
    let mut state = world.state();
    let (now, request) = (state.now, &mut state.requests[*number]);
    if request.stage == Stage::Came {
        let came = request.comes;
        request.stage = Stage::Begun;
        state.note_late(*number, came, now);
        state.lane(*number, "run");
    }
    Name { world: world.clone(), number: *number }
}

/// Unpacks a page.
pub fn unpack(packed: Packed) -> Page {
    let Packed { world, number } = packed;
    let mut state = world.state();
    let due = state.now + state.requests[number].unpack;
    let hold = state.hold(number, "unpack", Some(due));
    world.sleep(state, hold);
    world.state().reach(number, Stage::Unpacked);
    Page { number }
}

/// The text of a page, for its visitor of this number.
pub fn render(page: &Page, visit: u32) -> Text {
    Text { number: page.number, visit }
}

impl Cache {
    /// The page, if it is there.
    pub async fn get(&self, name: &Name) -> Option<Page> {
        let number = name.number;
        self.0.state().note_call(number, "asks the cache");
        let takes = |state: &State| state.requests[number].cache;
        self.0.wait(number, "cache", takes).await;
        let mut state = self.0.state();
        let page = state.requests[number].page;
        let is_there = state.cached.contains(&page);
        state.reach(
            number,
            match is_there {
                true => Stage::Unpacked,
                false => Stage::Missed,
            },
        );
        is_there.then_some(Page { number })
    }

    /// Keeps a page.
    pub async fn put(&self, page: &Page) {
        let number = page.number;
        self.0.state().note_call(number, "puts its page into the cache");
        let takes = |state: &State| state.requests[number].put;
        self.0.wait(number, "cache", takes).await;
        let mut state = self.0.state();
        let page = state.requests[number].page;
        state.cached.insert(page);
    }
}

impl Store {
    /// Loads a page.
    pub async fn load(&self, name: &Name) -> Packed {
        let number = name.number;
        if self.0.state().requests[number].stage != Stage::Missed {
            let why = "loads its page, and the cache has not said that it is \
                       not there";
            let why = format!("request {number} {why}");
            self.0.state().find(Wrong::way(why));
        }
        self.0.state().note_call(number, "asks the store");
        let takes = |state: &State| state.requests[number].store;
        self.0.wait(number, "store", takes).await;
        self.0.state().reach(number, Stage::Loaded);
        Packed { world: name.world.clone(), number }
    }
}

impl Journal {
    /// Adds a line.
    pub fn write(&self, text: &Text) {
        let mut state = self.0.state();
        match state.add_line(text.number) {
            Some(hold) => self.0.sleep(state, hold),
            None => drop(state),
        }
        self.0.state().reach(text.number, Stage::Written);
    }

    /// Adds a line.
    pub async fn write_async(&self, text: &Text) {
        let hold = self.0.state().add_line(text.number);
        if let Some(hold) = hold {
            Wait { world: &self.0, hold }.await;
        }
        self.0.state().reach(text.number, Stage::Written);
    }
}

impl Request {
    /// Answers it.
    pub fn reply(self, text: Text) {
        let mut state = self.world.state();
        let State { requests, cached, visits, .. } = &mut *state;
        // Without `pulse`.
        let all = requests.len() - 1;
        let (number, request) = (self.number, &mut requests[self.number]);
        let why = if text.number != number {
            format!("is answered with the text of request {}", text.number)
        } else if request.stage != Stage::Written {
            "is answered, and its line is not in the journal".to_owned()
        } else if !cached.contains(&request.page) {
            "is answered, and its page was not put into the cache".to_owned()
        } else if !visits.insert(text.visit) {
            format!("is visit {}, and so was another one", text.visit)
        } else if !(1..=all).contains(&(text.visit as usize)) {
            format!("is visit {} of {all}", text.visit)
        } else {
            request.stage = Stage::Answered;
            return state.lane(number, "done");
        };
        state.find(Wrong::answer(format!("request {number} {why}")));
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let mut state = self.world.state();
        let number = self.number;
        if thread::panicking() {
            state.has_panicked = true;
        } else if state.requests[number].stage != Stage::Answered {
            let why =
                format!("request {number} was dropped, without an answer");
            state.find(Wrong::answer(why));
        }
    }
}

/// All that happens, and when.
#[derive(Clone)]
pub(super) struct World(Arc<Mutex<State>>);

/// A request: how long things take for it, and how far it is.
#[derive(Clone, Default)]
pub(super) struct Asked {
    pub page: usize,
    pub comes: Ms,
    pub cache: Ms,
    pub store: Ms,
    pub unpack: Ms,
    pub put: Ms,
    pub stage: Stage,
    /// What it has called that is called once.
    pub calls: BTreeSet<&'static str>,
    /// How many lines it has in the journal.
    pub lines: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    #[default]
    ToCome,
    Came,
    Begun,
    Missed,
    Loaded,
    Unpacked,
    Written,
    Answered,
}

/// Something that has to be over before its request goes on.
pub(super) struct Hold {
    pub number: usize,
    pub what: &'static str,
    /// Set if the runtime's thread sleeps until then, and not set if another
    /// does.
    keeps_worker: Option<bool>,
    /// When it was over.
    pub over: Option<Ms>,
    waker: Option<Waker>,
    /// What wakes the thread that sleeps until then, and no other.
    thread: Option<Arc<Condvar>>,
}

impl Hold {
    /// Set if a thread sleeps until then.
    pub fn is_call(&self) -> bool {
        self.keeps_worker.is_some()
    }
}

/// What waits for the end of a hold: a task, or a thread, or nothing yet.
pub(super) struct Wakes {
    waker: Option<Waker>,
    thread: Option<Arc<Condvar>>,
}

impl Wakes {
    pub fn wake(self) {
        self.waker.into_iter().for_each(Waker::wake);
        self.thread.into_iter().for_each(|thread| thread.notify_all());
    }
}

/// A call that kept the runtime's thread.
pub(super) struct Block {
    pub number: usize,
    pub what: &'static str,
    pub from: Ms,
    pub to: Ms,
}

/// What is due at some time.
#[derive(Clone, Copy)]
pub(super) enum Alarm {
    Comes(usize),
    Closes,
    Ends(usize),
    Written,
}

/// The state of the world.
#[derive(Default)]
pub(super) struct State {
    pub now: Ms,
    alarms: Vec<(Ms, usize, Alarm)>,
    numbers: usize,
    /// The first one is none: it is the task `pulse`.
    pub requests: Vec<Asked>,
    /// By their numbers. Each is taken off when its request goes on.
    holds: BTreeMap<usize, Hold>,
    pub cached: BTreeSet<usize>,
    pub beat: Ms,
    visits: BTreeSet<u32>,
    /// How long the disk takes for a line, how many lines it has, and which
    /// holds wait for room.
    line: Ms,
    lines: usize,
    for_room: VecDeque<usize>,
    /// The thread of the runtime.
    pub worker: Option<ThreadId>,
    pub blocks: Vec<Block>,
    /// What was ready, from when to when, before it was polled.
    pub late: Vec<(usize, Ms, Ms)>,
    /// Set if a task has panicked that had a request.
    pub has_panicked: bool,
    /// What was found first.
    pub found: Option<Wrong>,
    /// The lines of a recording.
    pub recorded: String,
    at: u64,
    off: u64,
    runs: BTreeSet<usize>,
}

impl World {
    pub fn new(state: State) -> World {
        World(Arc::new(Mutex::new(state)))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn backend(&self) -> Backend {
        let world = || self.clone();
        let (cache, store) = (Cache(world()), Store(world()));
        Backend { cache, store, journal: Journal(world()) }
    }

    pub fn request(&self, number: usize) -> Request {
        Request { world: self.clone(), number }
    }

    /// Waits, as a future does.
    pub async fn wait(
        &self,
        number: usize,
        what: &'static str,
        takes: impl Fn(&State) -> Ms,
    ) {
        let hold = {
            let mut state = self.state();
            let due = state.now + takes(&state);
            state.hold(number, what, Some(due))
        };
        Wait { world: self, hold }.await;
    }

    /// Waits, as a thread does.
    fn sleep(&self, mut state: MutexGuard<'_, State>, hold: usize) {
        let is_worker = state.is_worker();
        let from = state.now;
        let own = state.holds.get_mut(&hold).expect("it is new");
        own.keeps_worker = Some(is_worker);
        let wakes = own.thread.insert(Arc::default()).clone();
        let (number, what) = (own.number, own.what);
        if is_worker {
            state.lane(number, "run");
        } else {
            state.lane(number, &format!("wait {what}"));
        }
        let lasts = |state: &mut State| {
            let hold = state.holds.get(&hold);
            hold.is_some_and(|hold| hold.over.is_none())
        };
        let mut state = wakes
            .wait_while(state, lasts)
            .unwrap_or_else(PoisonError::into_inner);
        state.holds.remove(&hold);
        if is_worker {
            // What has no CPU meanwhile is drawn so.
            let to = state.now;
            if what != "unpack" {
                state.off += (to - from) * 1_000_000;
            }
            state.blocks.push(Block { number, what, from, to });
        }
        state.lane(number, "run");
    }

    /// Lets all happen that is due next, at one time, if there is anything, and
    /// gives what is to be woken then. What follows from it, at the same time,
    /// comes the next time.
    ///
    /// What nobody waits for happens along with it: no thread has to run so
    /// that it is over.
    pub fn pass(&self) -> (Vec<Alarm>, Vec<Wakes>) {
        let mut state = self.state();
        let (mut passed, mut wakes) = (Vec::new(), Vec::new());
        let mut newest = 0;
        while let Some(index) = state.next_alarm() {
            let (due, number, alarm) = state.alarms[index];
            let is_with_them = due == state.now && number <= newest;
            if !passed.is_empty() && !is_with_them {
                break;
            }
            if passed.is_empty() {
                newest = state.numbers;
            }
            state.alarms.swap_remove(index);
            state.now = due;
            match alarm {
                Alarm::Ends(hold) if !state.holds.contains_key(&hold) => {
                    continue;
                }
                Alarm::Ends(hold) => wakes.extend(state.end(hold)),
                Alarm::Written => {
                    let is_full = state.is_full();
                    wakes.extend(state.end_line());
                    if !is_full {
                        continue;
                    }
                }
                Alarm::Comes(number) => {
                    state.requests[number].stage = Stage::Came;
                    let spawn = format!("spawn task - request {number}");
                    state.lane(number, &spawn);
                }
                Alarm::Closes => {}
            }
            passed.push(alarm);
        }
        (passed, wakes)
    }
}

impl State {
    /// These requests are to come, and a line takes so long.
    pub fn new(requests: &[Asked], line: Ms) -> State {
        let pulse = Asked::default();
        let requests = [&[pulse], requests].concat();
        let mut state = State { requests, line, ..State::default() };
        state.lane(0, "spawn task - pulse");
        let mut last = 0;
        for number in 1..state.requests.len() {
            last = state.requests[number].comes;
            state.set(last, Alarm::Comes(number));
        }
        state.set(last + 1, Alarm::Closes);
        state
    }

    /// Set if the runtime's thread calls this.
    fn is_worker(&self) -> bool {
        self.worker == Some(thread::current().id())
    }

    fn hold(
        &mut self,
        number: usize,
        what: &'static str,
        due: Option<Ms>,
    ) -> usize {
        let (keeps_worker, over, waker, thread) = Default::default();
        let hold = Hold { number, what, keeps_worker, over, waker, thread };
        self.numbers += 1;
        let id = self.numbers;
        self.holds.insert(id, hold);
        if let Some(due) = due {
            self.set(due, Alarm::Ends(id));
        }
        id
    }

    /// Of what is due at the same time, the first to be set comes first.
    fn set(&mut self, due: Ms, alarm: Alarm) {
        self.numbers += 1;
        self.alarms.push((due, self.numbers, alarm));
    }

    /// Where the alarm is that is due next.
    fn next_alarm(&self) -> Option<usize> {
        let alarms = self.alarms.iter().enumerate();
        let first = alarms.min_by_key(|(_, (due, number, _))| (*due, *number));
        Some(first?.0)
    }

    /// A hold is over. Gives what is to be woken.
    fn end(&mut self, hold: usize) -> Option<Wakes> {
        let now = self.now;
        let hold = self.holds.get_mut(&hold)?;
        hold.over = Some(now);
        let (waker, thread) = (hold.waker.take(), hold.thread.take());
        let number = hold.number;
        if hold.keeps_worker != Some(true) {
            self.lane(number, "ready 1");
        }
        Some(Wakes { waker, thread })
    }

    /// The disk has written a line: there is room for another.
    fn end_line(&mut self) -> Option<Wakes> {
        self.lines -= 1;
        let next = self.for_room.pop_front();
        let hold = next.and_then(|next| self.holds.get(&next));
        if let Some(number) = hold.map(|hold| hold.number) {
            self.take_line(number);
        }
        if self.lines > 0 {
            self.write_next();
        }
        self.end(next?)
    }

    /// There is room for a line.
    fn take_line(&mut self, number: usize) {
        self.lines += 1;
        let request = &mut self.requests[number];
        request.lines += 1;
        if request.lines > 1 {
            let why = "has more than one line in the journal";
            self.find(Wrong::answer(format!("request {number} {why}")));
        }
    }

    /// Adds a line to the journal, or gives the hold that ends when there is
    /// room for it.
    fn add_line(&mut self, number: usize) -> Option<usize> {
        if self.lines <= ROOM && self.for_room.is_empty() {
            self.take_line(number);
            if self.lines == 1 {
                self.write_next();
            }
            return None;
        }
        let hold = self.hold(number, "journal", None);
        self.for_room.push_back(hold);
        Some(hold)
    }

    fn write_next(&mut self) {
        self.set(self.now + self.line, Alarm::Written);
    }

    /// A request has come as far as this, at least.
    fn reach(&mut self, number: usize, stage: Stage) {
        let request = &mut self.requests[number];
        request.stage = request.stage.max(stage);
    }

    /// What is called again only lets time pass.
    fn note_call(&mut self, number: usize, call: &'static str) {
        if !self.requests[number].calls.insert(call) {
            let why = format!("request {number} {call} again");
            self.find(Wrong::way(why));
        }
    }

    fn note_late(&mut self, number: usize, due: Ms, now: Ms) {
        if now > due {
            self.late.push((number, due, now));
        }
    }

    /// What was found first counts.
    pub fn find(&mut self, wrong: Wrong) {
        self.found.get_or_insert(wrong);
    }

    /// All that has to be over before its request goes on.
    pub fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.values()
    }

    /// How many pages are being unpacked.
    pub fn unpacking(&self) -> usize {
        self.holds().filter(|it| it.what == "unpack").count()
    }

    /// Set if lines wait for room in the journal.
    pub fn is_full(&self) -> bool {
        !self.for_room.is_empty()
    }

    /// The first request that has no answer yet.
    pub fn first_unanswered(&self) -> Option<usize> {
        let mut requests = self.requests.iter().skip(1);
        let first = requests.position(|it| it.stage != Stage::Answered);
        first.map(|index| index + 1)
    }

    /// `serve` is over, and so must be all requests that have come.
    pub fn note_end(&mut self) {
        let is_under_way = |request: &Asked| {
            !matches!(request.stage, Stage::ToCome | Stage::Answered)
        };
        let mut requests = self.requests.iter().skip(1);
        if let Some(index) = requests.position(is_under_way) {
            let number = index + 1;
            let why = format!("`serve` is over, and not so request {number}");
            self.find(Wrong::answer(why));
        }
    }

    /// Set if a call keeps the runtime's thread now.
    pub fn is_blocked(&self) -> bool {
        self.holds().any(|it| it.keeps_worker == Some(true))
    }

    /// What has run waits now, for something that the check does not know.
    pub fn note_rest(&mut self) {
        if !self.is_blocked() {
            for number in self.runs.clone() {
                self.lane(number, "wait ");
            }
        }
    }

    /// Records what a request does, as an event of this world.
    pub fn lane(&mut self, number: usize, what: &str) {
        if what == "run" {
            // Of two runs in a row, the second ends the first.
            self.runs.insert(number);
        } else {
            self.runs.remove(&number);
        }
        self.at = (self.now * 1_000_000).max(self.at + 1000);
        let (at, cpu) = (self.at, self.at - self.off);
        let (pid, lane) = (process::id(), 10 + number);
        let _ = writeln!(self.recorded, "{at} {pid} 1 {lane} {cpu} {what}");
    }
}

/// A wait, as a future. It is over before its time if this is dropped.
struct Wait<'a> {
    world: &'a World,
    hold: usize,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.world.state();
        let (now, is_worker) = (state.now, state.is_worker());
        let hold = state.holds.get_mut(&self.hold).expect("it is there");
        let (number, what) = (hold.number, hold.what);
        if !is_worker {
            state.find(Wrong::way(format!(
                "request {number} waits for the {what} on a thread of its own: \
                 a wait needs none"
            )));
            return Poll::Pending;
        }
        if let Some(over) = hold.over {
            state.note_late(number, over, now);
            state.lane(number, "run");
            return Poll::Ready(());
        }
        hold.waker = Some(context.waker().clone());
        state.lane(number, &format!("wait {what}"));
        Poll::Pending
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut state = self.world.state();
        state.holds.remove(&self.hold);
        state.for_room.retain(|hold| *hold != self.hold);
    }
}
