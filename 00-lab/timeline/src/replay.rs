//! The state of a scheduler, event by event.

mod outside;
mod turns;

use super::event::{Direction, Event, Id, What};
use super::read::events_in;
use std::collections::{BTreeMap, BTreeSet};

/// What a scheduler was at: the state that follows from the events so far (see
/// the docs of [`Event`]'s module for what each of them changes).
///
/// ```
/// use timeline::{Lane, Replay, Status};
///
/// timeline::start()?;
/// let task = Lane::new("task");
/// task.ready();
/// let text = std::fs::read_to_string(timeline::path().unwrap())?;
///
/// let mut replay = Replay::default();
/// for event in Replay::events(&text) {
///     assert_eq!(replay.follow(&event), Ok(()));
/// }
/// let [(_, ready)] = &replay.queues().collect::<Vec<_>>()[..] else {
///     panic!("one queue");
/// };
/// assert_eq!(replay.lane(ready[0]).name, "task 1");
/// assert_eq!(replay.lane(ready[0]).status, Status::Ready);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Replay {
    lanes: BTreeMap<LaneKey, LaneNow>,
    /// The queues, by their process and their name.
    queues: BTreeMap<(u32, String), Vec<Entry>>,
    /// What runs on each thread: the innermost is last.
    running: BTreeMap<LaneKey, Vec<LaneKey>>,
    /// What waits at each socket that is registered. An ended lane leaves its
    /// place empty.
    sockets: BTreeMap<(u32, u32), Places>,
    timers: BTreeMap<(u32, String), TimerNow>,
    /// The kinds of lanes that each thread takes out of queues that are known.
    queued: BTreeSet<(LaneKey, String)>,
    /// How many lanes of a kind a process has.
    counts: BTreeMap<(u32, String), usize>,
}

/// A lane: its process, and its number there.
pub type LaneKey = (u32, Id);

type Places = BTreeMap<(Direction, u64), Option<LaneKey>>;

/// A lane, at this moment.
#[derive(Clone, Debug, Default)]
pub struct LaneNow {
    /// `thread`, `task`, `child`, …
    pub kind: String,
    /// What to call it.
    pub name: String,
    /// What it does.
    pub status: Status,
    /// What it waits for, in its own words.
    pub waits: Vec<String>,
    /// Until when it waits at the longest.
    pub until: Option<u64>,
    /// Where its paused state is kept.
    pub kept: Option<String>,
    /// The line of code that has changed this last.
    pub source: Option<(String, u32)>,
    /// What was about to wake it while it waited, if it has not been ready
    /// since.
    woken_by: Option<String>,
}

/// What a lane does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// It has begun, and done nothing.
    #[default]
    New,
    /// It stands in a queue.
    Ready,
    /// A thread runs it.
    Runs,
    /// It waits, and no thread runs it. (One that blocks its thread still runs
    /// there.)
    Waits,
    /// It has done what it did, and may be used for another.
    Idle,
    /// It has ended.
    Ended,
}

/// A timer that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimerNow {
    /// When its time comes.
    pub due: u64,
    /// What it will wake; nothing, if that has ended.
    pub lane: Option<LaneKey>,
}

/// A place in a queue.
#[derive(Clone, Debug)]
struct Entry {
    lane: LaneKey,
    /// Set if the lane has run, or ended, since it was put here. The scheduler
    /// passes over it.
    is_stale: bool,
}

impl Replay {
    /// The events of a recording, in the order in which they are followed.
    pub fn events(text: &str) -> Vec<Event<'_>> {
        events_in(text).0
    }

    /// What contradicts what in a recording; nothing, if it is one story.
    pub fn contradictions(text: &str) -> Vec<String> {
        let mut replay = Replay::default();
        let events = Replay::events(text);
        let followed = events.iter().filter_map(|event| {
            let why = replay.follow(event).err()?;
            Some(format!("{why}: {event}"))
        });
        let mut all: Vec<_> = followed.collect();
        all.extend(replay.unfinished());
        all
    }

    /// Changes the state as this event says.
    ///
    /// # Errors
    ///
    /// A sentence that says why the event cannot have happened in this state.
    /// It is followed all the same, unless its lane has not begun.
    pub fn follow(&mut self, event: &Event<'_>) -> Result<(), String> {
        let key = (event.pid, event.lane);
        let thread = (event.pid, event.thread);
        let begins = matches!(event.what, What::Spawn { .. });
        let is_known = begins || self.lanes.contains_key(&key);
        refuse(!is_known, "this lane has not begun")?;
        match event.what {
            What::Spawn { kind, name, .. } => self.spawn(key, kind, name),
            What::Run => self.run(key, thread),
            What::Wait(_) | What::Until(_) => self.wait(key, thread, event),
            What::Idle => self.stop(key, Status::Idle),
            What::Done => self.stop(key, Status::Ended),
            What::Ready { queue, .. } => self.ready(key, queue, event),
            What::Queue(queue) => self.move_to(key, queue),
            What::Kept(place) => {
                self.lane_mut(key).kept = Some(place.to_owned());
                Ok(())
            }
            What::Register(socket) => {
                let socket = (event.pid, socket);
                let before = self.sockets.insert(socket, Places::new());
                refuse(before.is_some(), "it is registered already")
            }
            What::Deregister(socket) => {
                let before = self.sockets.remove(&(event.pid, socket));
                refuse(before.is_none(), "it was not registered")
            }
            What::Await(place) => self.await_socket(key, place),
            What::Forgo(place) => self.forgo(key, place),
            What::Report(socket, direction) => {
                self.report((event.pid, socket), direction)
            }
            What::Set { timer, due } => {
                let timer = (event.pid, timer.to_owned());
                let set = TimerNow { due, lane: Some(key) };
                let before = self.timers.insert(timer, set);
                let is_other = before.is_some_and(|it| it.due != due);
                refuse(is_other, "the timer is set already, for another time")
            }
            What::Fire(timer) => self.fire(event, timer),
            What::Cancel(timer) => {
                let before = self.timers.remove(&(event.pid, timer.to_owned()));
                refuse(before.is_none(), "the timer was not set")
            }
            _ => Ok(()),
        }
    }

    /// What should have happened, and has not by the end of the recording.
    pub fn unfinished(&self) -> Vec<String> {
        let waits = self.lanes.values();
        let waits = waits.filter(|lane| lane.status == Status::Waits);
        let woken = waits.filter_map(|lane| {
            let by = lane.woken_by.as_ref()?;
            Some(format!("{} was woken by {by}, and never ready", lane.name))
        });
        woken.collect()
    }

    /// A lane that has begun.
    pub fn lane(&self, key: LaneKey) -> &LaneNow {
        &self.lanes[&key]
    }

    /// All lanes that have begun.
    pub fn lanes(&self) -> impl Iterator<Item = (LaneKey, &LaneNow)> {
        self.lanes.iter().map(|(key, lane)| (*key, lane))
    }

    /// The lanes that are ready, in order, by the name of their queue. Of a
    /// queue that is empty nothing is said.
    pub fn queues(&self) -> impl Iterator<Item = (&str, Vec<LaneKey>)> {
        self.queues.iter().filter_map(|((_, name), entries)| {
            let fresh = entries.iter().filter(|it| !it.is_stale);
            let lanes: Vec<_> = fresh.map(|it| it.lane).collect();
            (!lanes.is_empty()).then_some((name.as_str(), lanes))
        })
    }

    /// What runs on each thread that runs something. The last one of several
    /// runs inside of those before it.
    pub fn running(&self) -> impl Iterator<Item = (LaneKey, &[LaneKey])> {
        let busy = self.running.iter().filter(|(_, lanes)| !lanes.is_empty());
        busy.map(|(thread, lanes)| (*thread, lanes.as_slice()))
    }

    /// What runs on a thread, inside of all else that does.
    pub fn innermost(&self, thread: LaneKey) -> Option<LaneKey> {
        self.running.get(&thread)?.last().copied()
    }

    /// Set if what waits, by this event, does not pause: it blocks the thread
    /// that it runs on.
    pub fn blocks(&self, event: &Event<'_>) -> bool {
        let key = (event.pid, event.lane);
        let runs = self.innermost((event.pid, event.thread)) == Some(key);
        let keeps = || self.lane(key).kept.is_some();
        runs && event.source.is_none() && !keeps()
    }

    fn lane_mut(&mut self, key: LaneKey) -> &mut LaneNow {
        self.lanes.entry(key).or_default()
    }

    fn spawn(
        &mut self,
        key: LaneKey,
        kind: &str,
        own: &str,
    ) -> Result<(), String> {
        let count = self.counts.entry((key.0, kind.to_owned())).or_default();
        *count += 1;
        let own = match own {
            "" => format!("{kind} {count}"),
            own => own.to_owned(),
        };
        let kind = kind.to_owned();
        let lane = LaneNow { kind, name: own, ..LaneNow::default() };
        let before = self.lanes.insert(key, lane);
        refuse(before.is_some(), "this lane has begun already")
    }
}

impl LaneNow {
    /// What it waited for does not matter any more.
    fn begin_to(&mut self, status: Status) {
        self.status = status;
        self.waits.clear();
        (self.until, self.woken_by) = (None, None);
    }
}

/// An error, if that is so.
fn refuse(is_so: bool, why: &str) -> Result<(), String> {
    if is_so { Err(why.to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
