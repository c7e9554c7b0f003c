//! Lanes. A lane is one row of the picture: a thread, or something that takes
//! turns on a thread, such as a callback or a task. Each event is about a lane.

use super::event::{Event, Id, What};
use super::write::{is_on, now, on_our_clock, pid, thread_cpu, write};
use std::cell::Cell;
use std::fmt::Display;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Instant;

/// Records an event of the [`Lane`] that runs on this thread, or else of the
/// thread itself.
///
/// A thread's own lane appears with the first event about it and ends with the
/// thread. While nothing is recorded, this costs one relaxed load.
pub fn event(what: What<'_>) {
    if is_on() {
        event_of(current(), what, None);
    }
}

/// Records an event of the lane with this number, which this thread may not be
/// running, and the line of code that has caused it.
pub fn event_of(lane: Id, what: What<'_>, source: Source) {
    if is_on() {
        // Fails in the very last destructors of a thread, when `OWN` is gone.
        // What they do is not recorded.
        let _ = OWN.try_with(|own| own.record(lane, what, source));
    }
}

/// The number of the lane that runs on this thread.
pub fn current() -> Id {
    OWN.try_with(|own| own.current.get()).unwrap_or_default()
}

/// Until the guard is dropped, the lane that runs here waits for `what`.
///
/// Waits do not nest: the first guard that is dropped ends the wait.
pub fn waiting(what: impl Display) -> Waiting {
    if is_on() {
        event(What::Wait(&what.to_string()));
    }
    Waiting { on_this_thread: PhantomData }
}

/// Records that `n` are in a queue now, which has room for `room`: the picture
/// shows when it was full.
pub fn record_length(queue: &str, n: usize, room: usize) {
    event(What::Length { queue, n, room });
}

/// A wait that lasts as long as this guard (see [`waiting`]).
///
/// It belongs to one thread:
///
/// ```compile_fail,E0277
/// let guard = timeline::waiting("a page");
/// std::thread::spawn(move || drop(guard));
/// ```
#[must_use = "the wait ends when this is dropped"]
pub struct Waiting {
    on_this_thread: PhantomData<*const ()>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        event(What::Run);
    }
}

/// Something that has run on this thread has paused, on this line of code, and
/// is kept in `place` (see [`What::Kept`]). The [`Lane`] that waits next on
/// this thread is the one on which it will go on: that one records it.
///
/// So what pauses need not know its lane, nor the lane what pauses on it. If
/// another lane runs before one waits, this is forgotten.
///
/// ```
/// use timeline::{Lane, kept};
///
/// timeline::start()?;
/// let lanes = [Lane::new("task"), Lane::new("task"), Lane::new("task")];
/// lanes[0].runs();
/// kept("future, 16 bytes", None);
/// lanes[0].waits("a page"); // It says first what it keeps.
/// lanes[1].runs();
/// kept("future, 48 bytes", None);
/// lanes[2].runs();
/// lanes[2].waits("a page"); // Nothing has paused in this one.
///
/// let events = std::fs::read_to_string(timeline::path().unwrap())?;
/// let kept = events.lines().filter(|line| line.contains(" kept "));
/// assert!(kept.eq(events.lines().filter(|line| line.contains("16 bytes"))));
/// assert!(events.contains("16 bytes\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn kept(place: impl Display, source: Source) {
    if is_on() {
        let place = place.to_string();
        let _ = OWN.try_with(|own| own.kept.set(Some((place, source))));
    }
}

/// Something that takes turns with others and is not a thread: a callback, a
/// generator, a task.
///
/// ```
/// let lane = timeline::Lane::new("task");
/// lane.runs(); // What this thread records from here on is about the task,
/// lane.waits("/3"); // up to here.
/// lane.ready();
/// lane.runs();
/// lane.done(); // As would dropping it.
/// ```
///
/// The line of code that calls `new`, `named`, `keeps`, `waits`, `waits_until`,
/// `cancelled` or `ready` is recorded with the event. If that line stands in a
/// function with `#[track_caller]`, it is the line that calls that function.
#[derive(Debug)]
pub struct Lane {
    id: Id,
    /// The lane that ran on the thread before this one did.
    before: AtomicU32,
    done: AtomicBool,
}

impl Lane {
    /// A lane that is named by its kind and a number: `task 3`.
    #[track_caller]
    pub fn new(kind: &str) -> Lane {
        Lane::named(kind, "")
    }

    /// A lane with a name.
    #[track_caller]
    pub fn named(kind: &str, name: impl Display) -> Lane {
        Lane::named_from(kind, name, Some(Location::caller()))
    }

    /// A lane with a name, or none if it is empty, that this line of code has
    /// made.
    pub fn named_from(kind: &str, name: impl Display, source: Source) -> Lane {
        let lane = Lane::numbered(new_id());
        if is_on() {
            let name = &*name.to_string();
            let parent = Some(current());
            lane.record_from(What::Spawn { kind, parent, name }, source);
        }
        lane
    }

    /// One of which nothing is recorded: for a loop below the one that is.
    pub fn silent() -> Lane {
        Lane::numbered(SILENT)
    }

    fn numbered(id: Id) -> Lane {
        Lane { id, before: AtomicU32::new(0), done: AtomicBool::new(false) }
    }

    /// Its number in this process.
    pub fn id(&self) -> Id {
        self.id
    }

    /// It runs on this thread, until it waits, idles, or is
    /// [`done`](Lane::done).
    pub fn runs(&self) {
        let _ = OWN.try_with(|own| {
            if self.id == SILENT {
                return;
            }
            let before = own.current.replace(self.id);
            own.kept.set(None);
            if before != self.id {
                self.before.store(before, Relaxed);
            }
        });
        self.record(What::Run);
    }

    /// It has paused, and what it needs in order to go on is kept in `place`
    /// (see [`What::Kept`]). What it waits for is to come next.
    #[track_caller]
    pub fn keeps(&self, place: impl Display) {
        if is_on() {
            self.record_here(What::Kept(&place.to_string()));
        }
    }

    /// It waits for `what`. With an empty text, it goes on waiting for what it
    /// waited for before.
    #[track_caller]
    pub fn waits(&self, what: impl Display) {
        self.record_kept();
        let what = if is_on() { what.to_string() } else { String::new() };
        self.record_here(What::Wait(&what));
    }

    /// It waits until `due`.
    #[track_caller]
    pub fn waits_until(&self, due: Instant) {
        self.record_kept();
        self.record_here(What::Until(on_our_clock(due)));
    }

    /// It does nothing, and waits for nothing.
    pub fn idles(&self) {
        self.record(What::Idle);
    }

    /// What it waited for has been cancelled, by the line of code that calls
    /// this. From now on it does nothing.
    #[track_caller]
    pub fn cancelled(&self) {
        self.record_here(What::Idle);
    }

    /// It could run, and does not yet. Any thread may call this, to wake it.
    #[track_caller]
    pub fn ready(&self) {
        self.record_here(What::Ready { by: current(), queue: "" });
    }

    /// It has come to its end. Later calls change nothing.
    pub fn done(&self) {
        if !self.done.swap(true, Relaxed) {
            self.record(What::Done);
        }
    }

    /// Records anything else about it.
    pub fn record(&self, what: What<'_>) {
        self.record_from(what, None);
    }

    /// Records what has paused on this thread, if anything has (see [`kept`]).
    fn record_kept(&self) {
        let kept = OWN.try_with(|own| own.kept.take());
        if let Ok(Some((place, source))) = kept {
            self.record_from(What::Kept(&place), source);
        }
    }

    /// Records an event with the line of code that calls.
    #[track_caller]
    fn record_here(&self, what: What<'_>) {
        self.record_from(what, Some(Location::caller()));
    }

    /// Records an event, and the line of code that has caused it.
    pub fn record_from(&self, what: What<'_>, source: Source) {
        if is_on() && self.id != SILENT {
            let _ = OWN.try_with(|own| own.record(self.id, what, source));
        }
        if what.ends_a_run() {
            self.leave();
        }
    }

    /// Lets the lane before this one run on the thread again.
    fn leave(&self) {
        let _ = OWN.try_with(|own| {
            if own.current.get() == self.id {
                own.current.set(self.before.load(Relaxed));
            }
        });
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.done();
    }
}

/// The number of all lanes of which nothing is recorded.
const SILENT: Id = 0;

/// The line of code that caused an event, if that is known.
pub type Source = Option<&'static Location<'static>>;

/// A thread's own lane.
struct Own {
    id: Id,
    /// The lane that runs on this thread now: this one, or a [`Lane`].
    current: Cell<Id>,
    /// Set once the lane's beginning is recorded.
    begun: Cell<bool>,
    /// Where what has paused here is kept, until a lane records it.
    kept: Cell<Option<(String, Source)>>,
}

thread_local! {
    static OWN: Own = {
        let id = new_id();
        Own {
            id,
            current: Cell::new(id),
            begun: Cell::new(false),
            kept: Cell::new(None),
        }
    };
}

impl Own {
    /// Writes an event. Before the first one about the thread's own lane, it
    /// writes that this lane begins.
    fn record(&self, lane: Id, what: What<'_>, source: Source) {
        if lane == self.id && !self.begun.replace(true) {
            let thread = thread::current();
            let name = match thread.name() {
                None => next_name(),
                // The thread of a test is named by the path of the test, which
                // is too long for the side of a lane.
                Some(name) if name.contains("::") => "test".to_owned(),
                Some(name) => name.to_owned(),
            };
            let spawn =
                What::Spawn { kind: "thread", parent: None, name: &name };
            self.write(lane, spawn, None);
        }
        self.write(lane, what, source);
    }

    fn write(&self, lane: Id, what: What<'_>, source: Source) {
        write(&Event {
            at: now(),
            pid: pid(),
            thread: self.id,
            lane,
            cpu: thread_cpu(),
            what,
            source: source.map(|source| (source.file(), source.line())),
        });
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if is_on() && self.begun.get() {
            self.write(self.id, What::Done, None);
        }
    }
}

fn new_id() -> Id {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Relaxed)
}

/// Threads without a name are counted in the order in which they appear.
fn next_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("thread {}", NEXT.fetch_add(1, Relaxed))
}
