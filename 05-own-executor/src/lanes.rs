//! What the timeline shows of tasks: which are ready, which one runs, and what
//! the others wait for. While nothing is recorded, each of these costs one
//! relaxed load.

use crate::mail::Inbox;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::panic::Location;
use std::time::Instant;
use timeline::{
    Direction, Id, Lane, Place, Source, What, current, event, event_of, is_on,
    on_our_clock,
};

/// The lanes of an executor's tasks, or of a scope's, by the places of the
/// tasks. The next task in a place has its lane as well.
pub struct Lanes {
    kind: &'static str,
    lanes: RefCell<BTreeMap<u32, Lane>>,
}

thread_local! {
    /// What the task that runs waits for. If there are several, this is the
    /// first: of a time limit, what is limited.
    static WAIT: RefCell<Option<Wait>> = const { RefCell::new(None) };
}

struct Wait {
    what: For,
    line: Source,
}

enum For {
    Time(Instant),
    Event(Cow<'static, str>),
}

impl Lanes {
    /// For tasks of this kind.
    pub fn of(kind: &'static str) -> Lanes {
        Lanes { kind, lanes: RefCell::default() }
    }

    /// The number of the lane for a place, in which this line of code has begun
    /// a task; 0 if nothing is recorded.
    pub fn begin(&self, slot: u32, line: Source) -> Id {
        if is_on() { self.id(slot, line) } else { 0 }
    }

    #[cold]
    fn id(&self, slot: u32, line: Source) -> Id {
        let mut lanes = self.lanes.borrow_mut();
        let new = || Lane::named_from(self.kind, "", line);
        lanes.entry(slot).or_insert_with(new).id()
    }

    /// The task in this place stands in the queue of this executor, put there
    /// by this line of code, if that is known.
    pub fn is_ready(&self, slot: u32, executor: &Inbox, line: Source) {
        if is_on() {
            self.record_ready(slot, executor.number(), line);
        }
    }

    #[cold]
    fn record_ready(&self, slot: u32, executor: u16, line: Source) {
        let queue = &*format!("executor {executor}");
        let ready = What::Ready { by: current(), queue };
        event_of(self.id(slot, line), ready, line);
    }

    pub fn runs(&self, slot: u32) {
        if is_on() {
            self.with(slot, runs);
        }
    }

    /// The task in this place has been polled, and waits, or has ended.
    pub fn stops(&self, slot: u32, has_ended: bool) {
        if is_on() {
            self.with(slot, if has_ended { Lane::idles } else { waits });
        }
    }

    /// Calls `f` with the lane for a place, if it has one.
    #[cold]
    fn with(&self, slot: u32, f: impl Fn(&Lane)) {
        self.lanes.borrow().get(&slot).into_iter().for_each(f);
    }

    /// The tasks are gone.
    pub fn clear(&self) {
        self.lanes.take();
    }
}

/// What has this lane could be polled; nothing has, if the number is 0.
#[cold]
pub fn is_ready(lane: Id) {
    if lane != 0 {
        event_of(lane, What::Ready { by: current(), queue: "" }, None);
    }
}

/// A task is polled, and has not said what it waits for.
pub fn runs(lane: &Lane) {
    WAIT.set(None);
    lane.runs();
}

/// A task has been polled, and its future, which takes `bytes`, has paused.
/// What it waits for is to come next.
pub fn keeps(lane: &Lane, bytes: usize) {
    if is_on() {
        let line = WAIT.with_borrow(|wait| wait.as_ref()?.line);
        let place = format!("future, {bytes} bytes");
        lane.record_from(What::Kept(&place), line);
    }
}

/// A task has been polled, and waits for what it has said.
pub fn waits(lane: &Lane) {
    match WAIT.take() {
        None => lane.waits("a wake-up"),
        Some(Wait { what, line }) => lane.record_from(what.as_event(), line),
    }
}

/// The lane of the future of `block_on`, which is that of its thread; 0 before
/// its first poll.
#[derive(Default)]
pub struct Root(Cell<Id>);

impl Root {
    /// It could be polled.
    pub fn is_ready(&self) {
        if is_on() {
            is_ready(self.0.get());
        }
    }

    /// It is polled, and has not said what it waits for.
    pub fn runs(&self) {
        if is_on() {
            self.record_run();
        }
    }

    #[cold]
    fn record_run(&self) {
        WAIT.set(None);
        self.0.set(current());
        event(What::Run);
    }

    /// It has been polled, and waits for what it has said.
    pub fn waits(&self) {
        if is_on() {
            Root::record_wait();
        }
    }

    #[cold]
    fn record_wait() {
        let wait = WAIT.take();
        let line = wait.as_ref().and_then(|wait| wait.line);
        let what = wait.as_ref().map(|wait| wait.what.as_event());
        event_of(current(), what.unwrap_or(What::Wait("a wake-up")), line);
    }
}

impl For {
    fn as_event(&self) -> What<'_> {
        match self {
            For::Time(due) => What::Until(on_our_clock(*due)),
            For::Event(text) => What::Wait(text),
        }
    }
}

/// The task that runs waits for this.
#[track_caller]
pub fn waits_for(what: &'static str) {
    note(|| For::Event(what.into()));
}

/// The same for a socket that is to be read.
#[track_caller]
pub fn waits_for_bytes(socket: &impl AsFd) {
    let socket = socket.as_fd().as_raw_fd();
    note(|| For::Event(words_for(Direction::Read, socket).into()));
}

/// The same for a time.
#[track_caller]
pub fn waits_until(due: Instant) {
    note(|| For::Time(due));
}

/// What the task has said that it waits for is given up.
pub fn waits_no_more() {
    if is_on() {
        WAIT.set(None);
    }
}

#[track_caller]
fn note(what: impl FnOnce() -> For) {
    if is_on() {
        record_note(what, Some(Location::caller()));
    }
}

#[cold]
fn record_note(what: impl FnOnce() -> For, line: Source) {
    WAIT.with_borrow_mut(|wait| {
        wait.get_or_insert_with(|| Wait { what: what(), line });
    });
}

fn words_for(direction: Direction, socket: RawFd) -> String {
    match direction {
        Direction::Read => format!("bytes on {socket}"),
        Direction::Write => format!("room for bytes on {socket}"),
    }
}

/// The waker of the task that runs has been put at a socket, in the place with
/// this number.
#[track_caller]
pub fn awaits(socket: RawFd, direction: Direction, number: u64) {
    if is_on() {
        let place = Place { socket: socket as u32, direction, number };
        record_await(place, Some(Location::caller()));
    }
}

#[cold]
fn record_await(place: Place, line: Source) {
    let Place { direction, socket, .. } = place;
    let words = || words_for(direction, socket as RawFd);
    record_note(|| For::Event(words().into()), line);
    event_of(current(), What::Await(place), line);
}

/// There was a waker in this place, and it is taken out.
pub fn forgoes(socket: RawFd, direction: Direction, number: u64) {
    event(What::Forgo(Place { socket: socket as u32, direction, number }));
}

/// A reactor watches a socket from now on, or does so no more.
pub fn watches(socket: RawFd, is_watched: bool) {
    event(match is_watched {
        true => What::Register(socket as u32),
        false => What::Deregister(socket as u32),
    });
}

/// The kernel reports a socket.
pub fn is_reported(socket: RawFd, direction: Direction) {
    event(What::Report(socket as u32, direction));
}
