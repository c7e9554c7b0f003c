//! Each event in a sentence: what happened, and why.

mod outside;
mod turns;

use crate::cast::Cast;
use crate::state::State;
use crate::words::{
    can, from_now, kept_where, queue_name, socket_name, span, the_queue,
    timer_name,
};
use outside::Cause;
use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use timeline::{Event, LaneKey, LaneNow, Place, Replay, UNORDERED, What};

/// What has happened so far, as far as a sentence needs it.
pub struct Story<'a> {
    cast: &'a Cast,
    /// When the first event happened. All times are said from there on.
    start: u64,
    replay: Replay,
    /// Why a lane is about to be ready.
    woken: BTreeMap<LaneKey, Cause>,
    /// Since when a lane is ready.
    ready: BTreeMap<LaneKey, u64>,
    /// When a page was asked for.
    asked: BTreeMap<(u32, String), u64>,
    /// How many requests the site sees.
    flight: usize,
    /// The threads that have run something.
    threads: BTreeSet<LaneKey>,
    /// The lane that has ended on a thread, if nothing has run there since, and
    /// when.
    ended: BTreeMap<LaneKey, (LaneKey, u64)>,
}

/// What is said of an event.
pub struct Sentence {
    pub says: String,
    pub about: Map<String, Value>,
}

/// A kind of thing that an event is about, and which of them.
type About = (&'static str, String);

impl<'a> Story<'a> {
    /// Nothing has happened yet.
    pub fn new(cast: &'a Cast, start: u64) -> Story<'a> {
        Story {
            cast,
            start,
            replay: Replay::default(),
            woken: BTreeMap::new(),
            ready: BTreeMap::new(),
            asked: BTreeMap::new(),
            flight: 0,
            threads: BTreeSet::new(),
            ended: BTreeMap::new(),
        }
    }

    /// What is different in the state after all that was told.
    pub fn follow(&self, state: &mut State) -> Map<String, Value> {
        state.follow(&self.replay, self.cast, self.start)
    }

    /// Tells an event, and follows it.
    pub fn tell(&mut self, event: &Event<'_>) -> Sentence {
        let cause = self.cause(event);
        let of_cause = cause.as_ref().map(|cause| cause.about.clone());
        let all = self.about(event).into_iter().chain(of_cause);
        let all = all.map(|(kind, which)| (kind.to_owned(), which.into()));
        let mut about: Map<_, _> = all.collect();
        if let What::Ready { by: other, .. } | What::Wake(other) = event.what
            && other != event.lane
        {
            let other = self.cast.place((event.pid, other));
            about.extend(other.map(|it| ("other".to_owned(), it.into())));
        }
        let mut says = self.say(event, cause);
        let thread = (event.pid, event.thread);
        match event.what {
            What::Run => {
                self.threads.insert(thread);
                self.ended.remove(&thread);
            }
            What::Done => {
                let ended = ((event.pid, event.lane), event.at);
                self.ended.insert(thread, ended);
            }
            _ => {}
        }
        // A program that a reader has changed may do what it must not.
        if let Err(why) = self.replay.follow(event) {
            says += &format!(" (That cannot be: {why}.)");
        }
        Sentence { says, about }
    }

    /// What an event is about besides its lane: a socket, a timer, a queue or a
    /// page.
    fn about(&self, event: &Event<'_>) -> Option<About> {
        let key = (event.pid, event.lane);
        let is_thread = self.cast.kind(key) == "thread";
        let timer_of = |lane| timer_name(Some(self.cast.name(lane)));
        Some(match event.what {
            What::Register(socket)
            | What::Deregister(socket)
            | What::Await(Place { socket, .. })
            | What::Forgo(Place { socket, .. })
            | What::Report(socket, _) => ("socket", socket_name(socket)),
            // What has no reactor names its socket in its own words.
            What::Wait(what) => {
                let (_, socket) = what.rsplit_once("bytes on ")?;
                ("socket", socket_name(socket.parse().ok()?))
            }
            What::Until(_) | What::Set { .. } | What::Cancel(_) => {
                ("timer", timer_of(key))
            }
            What::Fire(timer) => {
                ("timer", timer_of(self.replay.timer(event.pid, timer)?.lane?))
            }
            What::Run | What::Ready { .. } if is_thread => return None,
            What::Run => ("queue", queue_name(self.queue_of(key)?).to_owned()),
            What::Ready { queue, .. } | What::Queue(queue) => {
                ("queue", queue_name(queue).to_owned())
            }
            What::Ask(page) | What::Got(page) | What::Sent(page) => {
                ("page", page.to_owned())
            }
            _ => return None,
        })
    }

    fn say(&mut self, event: &Event<'_>, cause: Option<Cause>) -> String {
        let cast = self.cast;
        let (pid, at) = (event.pid, event.at);
        let key = (pid, event.lane);
        let it = cast.name(key);
        let thread = cast.name((pid, event.thread));
        match event.what {
            What::Spawn { kind: "thread", .. }
                if self.threads.contains(&key) =>
            {
                format!("from here on, {it} says what it does itself")
            }
            What::Spawn { kind: "thread" | "site", .. } => {
                format!("{it} begins")
            }
            What::Spawn { parent: Some(parent), .. } => {
                format!("{} makes {it}", cast.name((pid, parent)))
            }
            What::Spawn { parent: None, .. } => format!("{it} is made"),
            What::Run => self.say_run(event),
            What::Wait(what) => self.say_wait(event, what),
            What::Until(due) => self.say_until(event, due),
            What::Kept(place) => {
                let place = kept_where(place);
                format!(
                    "{it} pauses: what it needs in order to go on is kept \
                     {place}"
                )
            }
            What::Ready { by, queue } => {
                self.say_ready(event, (pid, by), queue, cause)
            }
            What::Queue(queue) => {
                let (end, behind) = (the_queue(queue), self.say_behind(queue));
                format!("{thread} takes {it} to the end of {end}{behind}")
            }
            What::Idle if event.source.is_some() => {
                format!("{it} is cancelled: it is free for more")
            }
            What::Idle => {
                format!("{it} has done its work: it is free for more")
            }
            What::Done => format!("{it} ends"),
            What::Want(lock) => format!("{it} waits for the lock {lock}"),
            What::Hold(lock) => format!("{it} holds the lock {lock} now"),
            What::Release(lock) => format!("{it} releases the lock {lock}"),
            What::Notify(condvar) => {
                format!("{it} notifies what waits for {condvar}")
            }
            What::Wake(other) => {
                format!("{it} wakes {}", cast.name((pid, other)))
            }
            What::Register(socket) => {
                let socket = socket_name(socket);
                format!("the reactor watches {socket} from now on, for {it}")
            }
            What::Deregister(socket) => {
                let socket = socket_name(socket);
                format!("the reactor watches {socket} no more")
            }
            What::Await(Place { socket, direction, .. }) => {
                let (socket, can) = (socket_name(socket), can(direction));
                format!(
                    "{it} leaves its waker with the reactor: it is to be woken \
                     when {socket} {can}"
                )
            }
            What::Forgo(Place { socket, .. }) => {
                let socket = socket_name(socket);
                format!(
                    "{it} takes its waker back: it waits for {socket} no more"
                )
            }
            What::Report(socket, direction) => {
                self.say_report(pid, socket, direction)
            }
            What::Set { timer, due } => {
                let (when, left) = (self.say_time(due), from_now(at, due));
                match self.replay.timer(pid, timer) {
                    None => format!("{it} sets a timer for {when} ({left})"),
                    Some(_) => format!(
                        "the timer for {when} is to wake {it} from now on"
                    ),
                }
            }
            What::Fire(timer) => self.say_fire(event, timer),
            What::Cancel(timer) => match self.replay.timer(pid, timer) {
                None => format!("{it} cancels its timer"),
                Some(set) if set.due > at => format!(
                    "{it} cancels its timer, which had {} left",
                    span(at, set.due)
                ),
                Some(set) => format!(
                    "{it} cancels its timer, due {} ago",
                    span(set.due, at)
                ),
            },
            What::Ask(page) => {
                self.asked.insert((pid, page.to_owned()), at);
                format!("{it} asks for the page {page}")
            }
            What::Got(page) => {
                let asked = self.asked.remove(&(pid, page.to_owned()));
                let when = asked.map_or(String::new(), |asked| {
                    format!(", which was asked for {} ago", span(asked, at))
                });
                format!("{it} is through with the page {page}{when}")
            }
            What::Flight(now) => {
                let did = match now.cmp(&self.flight) {
                    Ordering::Greater => "a request comes in",
                    Ordering::Equal => "requests come and go",
                    Ordering::Less => "an answer is sent",
                };
                self.flight = now;
                format!("{did}: the site has {now} under way")
            }
            What::Sent(page) => {
                format!("the site sends the last bytes of {page}")
            }
            What::Length { queue, n, room } => {
                format!(
                    "the queue of {queue} has {n} in it now; there is room \
                     for {room}"
                )
            }
            What::Panic(why) => format!("{it} panics: {why}"),
            What::Kill(pid) => format!("{it} kills process {pid}"),
            What::Reap { pid, how: "" } => {
                format!("{it} learns that process {pid} has ended")
            }
            What::Reap { pid, how } => {
                format!("{it} learns that process {pid} has died: {how}")
            }
        }
    }

    fn lane(&self, key: LaneKey) -> Option<&LaneNow> {
        let mut lanes = self.replay.lanes();
        lanes.find(|(it, _)| *it == key).map(|(_, lane)| lane)
    }

    /// The queue in which a lane stands.
    fn queue_of(&self, key: LaneKey) -> Option<&str> {
        let mut queues = self.replay.queues();
        let found = queues.find(|(_, lanes)| lanes.contains(&key));
        found.map(|(name, _)| name)
    }

    /// How many stand in a queue already.
    fn say_behind(&self, queue: &str) -> String {
        let mut queues = self.replay.queues();
        let found = queues.find(|(name, _)| *name == queue);
        let others = match found.map_or(0, |(_, lanes)| lanes.len()) {
            0 => return String::new(),
            1 => "one other".to_owned(),
            n => format!("{n} others"),
        };
        match queue {
            UNORDERED => {
                format!(", beside {others}; tokio does not tell which is next")
            }
            _ => format!(", behind {others}"),
        }
    }

    /// A time, since the run began.
    fn say_time(&self, time: u64) -> String {
        span(self.start, time)
    }
}
