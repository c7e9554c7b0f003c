//! What the timeline shows of tasks: which are ready, which one runs, and what
//! the others wait for. While nothing is recorded, each of these costs one
//! relaxed load.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::Location;
use std::time::Instant;
use timeline::{Lane, Source, What, is_on, on_our_clock};

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
    Event(&'static str),
}

impl Lanes {
    /// For tasks of this kind.
    pub fn of(kind: &'static str) -> Lanes {
        Lanes { kind, lanes: RefCell::default() }
    }

    pub fn is_ready(&self, slot: u32) {
        if is_on() {
            let mut lanes = self.lanes.borrow_mut();
            lanes.entry(slot).or_insert_with(|| Lane::new(self.kind)).ready();
        }
    }

    pub fn runs(&self, slot: u32) {
        if is_on()
            && let Some(lane) = self.lanes.borrow().get(&slot)
        {
            runs(lane);
        }
    }

    /// The task in this place has been polled, and waits, or has ended.
    pub fn stops(&self, slot: u32, has_ended: bool) {
        if !is_on() {
            return;
        }
        let lanes = self.lanes.borrow();
        let Some(lane) = lanes.get(&slot) else { return };
        if has_ended {
            lane.idles();
        } else {
            waits(lane);
        }
    }

    /// The tasks are gone.
    pub fn clear(&self) {
        self.lanes.take();
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

/// The future of `block_on` is polled, and has not said what it waits for. It
/// has the lane of its thread.
pub fn root_runs() {
    if is_on() {
        WAIT.set(None);
        timeline::event(What::Run);
    }
}

/// The future of `block_on` has been polled, and waits for what it has said.
pub fn root_waits() {
    if is_on() {
        let wait = WAIT.take();
        let what = wait.as_ref().map(|wait| wait.what.as_event());
        timeline::event(what.unwrap_or(What::Wait("a wake-up")));
    }
}

impl For {
    fn as_event(&self) -> What<'static> {
        match *self {
            For::Time(due) => What::Until(on_our_clock(due)),
            For::Event(text) => What::Wait(text),
        }
    }
}

/// The task that runs waits for this.
#[track_caller]
pub fn waits_for(what: &'static str) {
    note(For::Event(what));
}

/// The same for a time.
#[track_caller]
pub fn waits_until(due: Instant) {
    note(For::Time(due));
}

/// What the task has said that it waits for is given up.
pub fn waits_no_more() {
    if is_on() {
        WAIT.set(None);
    }
}

#[track_caller]
fn note(what: For) {
    if is_on() {
        let line = Some(Location::caller());
        WAIT.with_borrow_mut(|wait| {
            wait.get_or_insert(Wait { what, line });
        });
    }
}
