//! Each event in a sentence: what happened, and why.

use crate::cast::Cast;
use crate::state::{State, queue_name, socket_name, timer_name};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use timeline::{
    Direction, Event, LaneKey, LaneNow, Place, Replay, Status, TimerNow, What,
    format_duration,
};

/// What has happened so far, as far as a sentence needs it.
pub struct Story<'a> {
    cast: &'a Cast,
    /// When the first event happened. All times are said from there on.
    start: u64,
    replay: Replay,
    registered: BTreeSet<(u32, u32)>,
    timers: BTreeMap<(u32, String), TimerNow>,
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
}

/// What is said of an event.
pub struct Sentence {
    pub says: String,
    pub about: Map<String, Value>,
}

/// Something that wakes a lane, in a sentence, and what that is about.
#[derive(Clone)]
struct Cause {
    says: String,
    about: (&'static str, String),
}

impl Cause {
    /// What has woken a lane, and where it goes.
    fn say(
        self,
        it: &str,
        goes: &str,
        about: &mut dyn FnMut(&str, &str),
    ) -> String {
        about(self.about.0, &self.about.1);
        let says = self.says;
        match says.starts_with(it) {
            true => format!("{says}: {}", goes.replacen(it, "it", 1)),
            false => format!("{says}: {goes}"),
        }
    }
}

impl<'a> Story<'a> {
    /// Nothing has happened yet.
    pub fn new(cast: &'a Cast, start: u64) -> Story<'a> {
        Story {
            cast,
            start,
            replay: Replay::default(),
            registered: BTreeSet::new(),
            timers: BTreeMap::new(),
            woken: BTreeMap::new(),
            ready: BTreeMap::new(),
            asked: BTreeMap::new(),
            flight: 0,
            threads: BTreeSet::new(),
        }
    }

    /// The state after all that was told.
    pub fn state(&self) -> State {
        State::of(&self.replay, &self.registered, self.cast, self.start)
    }

    /// Tells an event, and follows it.
    pub fn tell(&mut self, event: &Event<'_>) -> Sentence {
        let mut about = Map::new();
        let mut says = self.say(event, &mut |name, value: &str| {
            about.insert(name.to_owned(), value.into());
        });
        if let What::Ready { by: other, .. } | What::Wake(other) = event.what
            && other != event.lane
        {
            let other = self.cast.place((event.pid, other));
            about.extend(other.map(|it| ("other".to_owned(), it.into())));
        }
        if event.what == What::Run {
            self.threads.insert((event.pid, event.thread));
        }
        // A program that a reader has changed may do what it must not.
        if let Err(why) = self.replay.follow(event) {
            says += &format!(" (That cannot be: {why}.)");
        }
        Sentence { says, about }
    }

    fn say(
        &mut self,
        event: &Event<'_>,
        about: &mut dyn FnMut(&str, &str),
    ) -> String {
        let cast = self.cast;
        let (pid, at) = (event.pid, event.at);
        let key = (pid, event.lane);
        let it = cast.name(key);
        let thread = cast.name((pid, event.thread));
        match event.what {
            What::Spawn { kind: "thread", .. } if self.has_run(key) => {
                format!("from here on, {it} says what it does itself")
            }
            What::Spawn { kind: "thread" | "site", .. } => {
                format!("{it} begins")
            }
            What::Spawn { parent: Some(parent), .. } => {
                format!("{} makes {it}", cast.name((pid, parent)))
            }
            What::Spawn { parent: None, .. } => format!("{it} is made"),
            What::Run => self.say_run(event, about),
            What::Wait(what) => {
                // What has no reactor names its socket in its own words.
                if let Some((_, socket)) = what.rsplit_once("bytes on ")
                    && let Ok(socket) = socket.parse()
                {
                    about("socket", &socket_name(socket));
                }
                self.say_wait(event, what)
            }
            What::Until(due) => {
                about("timer", &timer_name(Some(it)));
                self.say_until(event, due)
            }
            What::Kept(place) => {
                let place = kept_where(place);
                format!(
                    "{it} pauses: what it needs in order to go on is kept \
                     {place}"
                )
            }
            What::Ready { by, queue } => {
                if cast.kind(key) != "thread" {
                    about("queue", queue_name(queue));
                }
                self.say_ready(event, (pid, by), queue, about)
            }
            What::Queue(queue) => {
                about("queue", queue_name(queue));
                let behind = self.say_behind(queue);
                format!("{thread} takes {it} to {}{behind}", end_of(queue))
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
                self.registered.insert((pid, socket));
                let socket = socket_name(socket);
                about("socket", &socket);
                format!("the reactor watches {socket} from now on, for {it}")
            }
            What::Deregister(socket) => {
                self.registered.remove(&(pid, socket));
                let socket = socket_name(socket);
                about("socket", &socket);
                format!("the reactor watches {socket} no more")
            }
            What::Await(Place { socket, direction, .. }) => {
                let socket = socket_name(socket);
                about("socket", &socket);
                let can = can(direction);
                format!(
                    "{it} leaves its waker with the reactor: it is to be woken \
                     when {socket} {can}"
                )
            }
            What::Forgo(Place { socket, .. }) => {
                let socket = socket_name(socket);
                about("socket", &socket);
                format!(
                    "{it} takes its waker back: it waits for {socket} no more"
                )
            }
            What::Report(socket, direction) => {
                about("socket", &socket_name(socket));
                self.say_report(pid, socket, direction)
            }
            What::Set { timer, due } => {
                let set = TimerNow { due, lane: Some(key) };
                let before = self.timers.insert((pid, timer.to_owned()), set);
                about("timer", &timer_name(Some(it)));
                let (when, left) = (self.say_at(due), say_left(at, due));
                match before {
                    None => format!("{it} sets a timer for {when} ({left})"),
                    Some(_) => format!(
                        "the timer for {when} is to wake {it} from now on"
                    ),
                }
            }
            What::Fire(timer) => {
                let fired = self.timers.remove(&(pid, timer.to_owned()));
                self.say_fire(event, fired, about)
            }
            What::Cancel(timer) => {
                let set = self.timers.remove(&(pid, timer.to_owned()));
                about("timer", &timer_name(Some(it)));
                let when =
                    set.map_or(String::new(), |set| match set.due > at {
                        true => {
                            format!(", which had {} left", span(at, set.due))
                        }
                        false => format!(", due {} ago", span(set.due, at)),
                    });
                format!("{it} cancels its timer{when}")
            }
            What::Ask(page) => {
                about("page", page);
                self.asked.insert((pid, page.to_owned()), at);
                format!("{it} asks for the page {page}")
            }
            What::Got(page) => {
                about("page", page);
                let asked = self.asked.remove(&(pid, page.to_owned()));
                let when = asked.map_or(String::new(), |asked| {
                    format!(", which was asked for {} ago", span(asked, at))
                });
                format!("{it} is through with the page {page}{when}")
            }
            What::Flight(now) => {
                let did = match now.cmp(&self.flight) {
                    std::cmp::Ordering::Greater => "a request comes in",
                    std::cmp::Ordering::Equal => "requests come and go",
                    std::cmp::Ordering::Less => "an answer is sent",
                };
                self.flight = now;
                format!("{did}: the site has {now} under way")
            }
            What::Sent(page) => {
                about("page", page);
                format!("the site sends the last bytes of {page}")
            }
            What::Length { queue, n, room } => {
                format!("{n} {queue} are queued now; there is room for {room}")
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

    /// A lane runs: what it waited for, or how long it was ready.
    fn say_run(
        &mut self,
        event: &Event<'_>,
        about: &mut dyn FnMut(&str, &str),
    ) -> String {
        let key = (event.pid, event.lane);
        let it = self.cast.name(key);
        let thread_key = (event.pid, event.thread);
        let thread = self.cast.name(thread_key);
        let ready = self.ready.remove(&key);
        self.woken.remove(&key);
        let Some(lane) = self.lane(key) else { return format!("{it} runs") };
        if self.cast.kind(key) == "thread" {
            return match lane.status {
                Status::Waits if lane.waits.is_empty() => {
                    format!("{it} goes on")
                }
                Status::Waits => format!(
                    "{it} goes on: it has waited for {}",
                    listed(&lane.waits)
                ),
                Status::Ready => format!("{it} goes on: it was woken"),
                _ => format!("{it} runs"),
            };
        }
        // A socket or a timer runs no code but what it calls back.
        let it = match self.cast.kind(key) {
            "socket" | "timer" => format!("the callback of {it}"),
            _ => it.to_owned(),
        };
        let queue = self.queue_of(key);
        let runs = self.replay.running().find(|(it, _)| *it == thread_key);
        let innermost = runs.and_then(|(_, lanes)| lanes.last());
        let inside = match innermost {
            Some(other) if *other != key => {
                format!(" inside of {}", self.cast.name(*other))
            }
            _ => String::new(),
        };
        if let Some(queue) = queue {
            about("queue", queue_name(&queue));
            let after = ready.map(|ready| span(ready, event.at));
            let after = after.unwrap_or_else(|| "some time".to_owned());
            return match queue.as_str() {
                "" => format!(
                    "{thread} runs {it}{inside}, which was ready for {after}"
                ),
                queue => format!(
                    "{it} is first in {}, after {after} there: {thread} runs \
                     it{inside}",
                    name_of(queue)
                ),
            };
        }
        match lane.status {
            Status::New => {
                format!("{thread} runs {it}{inside} for the first time")
            }
            Status::Waits if !lane.waits.is_empty() => format!(
                "{thread} runs {it}{inside}, which has waited for {}",
                listed(&lane.waits)
            ),
            Status::Waits => match lane.until {
                None => format!("{thread} runs {it}{inside}"),
                Some(due) if due > event.at => format!(
                    "{thread} runs {it}{inside}, whose time has not come"
                ),
                Some(due) => format!(
                    "the time of {it} came {} ago: {thread} runs it{inside}",
                    span(due, event.at)
                ),
            },
            Status::Runs if lane.waits.is_empty() => format!("{it} goes on"),
            Status::Runs => format!(
                "{it} goes on: it has waited for {}",
                listed(&lane.waits)
            ),
            _ => format!("{thread} runs {it}{inside}"),
        }
    }

    fn say_wait(&self, event: &Event<'_>, what: &str) -> String {
        let key = (event.pid, event.lane);
        let it = self.cast.name(key);
        let runs = self.replay.running();
        let blocks = event.source.is_none()
            && runs.into_iter().any(|(_, lanes)| lanes.last() == Some(&key));
        let for_it = match what {
            "" => String::new(),
            what => format!(" for {}", words(what)),
        };
        if blocks {
            let thread = self.cast.name((event.pid, event.thread));
            return format!("{it} waits{for_it}, and blocks {thread}");
        }
        let status = self.lane(key).map(|lane| lane.status);
        match status {
            Some(Status::Runs) if self.queue_of(key).is_some() => format!(
                "{it} waits{for_it}; but it was woken while it ran, and is \
                 ready already"
            ),
            Some(Status::Waits) if what.is_empty() => {
                format!("{it} waits on")
            }
            Some(Status::Waits) => format!("{it} waits{for_it}, too"),
            _ => format!("{it} waits{for_it}"),
        }
    }

    fn say_until(&self, event: &Event<'_>, due: u64) -> String {
        let key = (event.pid, event.lane);
        let it = self.cast.name(key);
        let (when, left) = (self.say_at(due), say_left(event.at, due));
        let status = self.lane(key).map(|lane| lane.status);
        match status {
            Some(Status::Waits) => {
                format!("{it} waits until {when} at the longest ({left})")
            }
            _ => format!("{it} waits until {when} ({left})"),
        }
    }

    /// A lane is ready: what has woken it, and where it stands.
    fn say_ready(
        &mut self,
        event: &Event<'_>,
        by: LaneKey,
        queue: &str,
        about: &mut dyn FnMut(&str, &str),
    ) -> String {
        let key = (event.pid, event.lane);
        let it = self.cast.name(key);
        let behind = self.say_behind(queue);
        let goes = match (queue, self.cast.kind(key)) {
            // The future of `block_on`, which has no queue.
            (_, "thread") => format!("{it} is to run"),
            ("", _) => format!("{it} is ready to run{behind}"),
            _ => format!("{it} goes to {}{behind}", end_of(queue)),
        };
        let is_first = self.ready.insert(key, event.at).is_none();
        // The reactor has said it already.
        if let Some(cause) = self.woken.remove(&key) {
            return cause.say(it, &goes, about);
        }
        let by_name = self.cast.name(by);
        let Some(lane) = self.lane(key) else { return goes };
        // A loop on a thread of its own has looked at times and sockets.
        let is_loop = by == (event.pid, event.thread) && by != key;
        match lane.status {
            Status::New => {
                format!("{it} is new: {}", goes.replacen(it, "it", 1))
            }
            Status::Idle => format!("{by_name} gives {it} new work: {goes}"),
            Status::Runs if by == key => format!(
                "{it} wakes itself while it runs: {goes}"
            )
            .replacen(&format!(": {it}"), ": it", 1),
            Status::Runs => {
                format!("{by_name} wakes {it} while it runs: {goes}")
            }
            Status::Waits if is_loop => match self.cause_in(key, event) {
                Some(cause) => cause.say(it, &goes, about),
                None => self.say_woken(lane, by_name, it, &goes),
            },
            _ if by == key && !lane.waits.is_empty() => format!(
                "{it} has waited for {}, and is woken: {}",
                listed(&lane.waits),
                goes.replacen(it, "it", 1)
            ),
            Status::Ready if !is_first => {
                format!("{by_name} wakes {it} once more: {goes}")
            }
            _ => self.say_woken(lane, by_name, it, &goes),
        }
    }

    fn say_woken(
        &self,
        lane: &LaneNow,
        by: &str,
        it: &str,
        goes: &str,
    ) -> String {
        match lane.waits.is_empty() {
            true => format!("{by} wakes {it}: {goes}"),
            false => format!(
                "{by} wakes {it}, which waits for {}: {goes}",
                listed(&lane.waits)
            ),
        }
    }

    /// What a loop has found for a lane that says itself what it waits for: its
    /// time has come, or its socket is ready.
    fn cause_in(&self, key: LaneKey, event: &Event<'_>) -> Option<Cause> {
        let it = self.cast.name(key);
        let lane = self.lane(key)?;
        if let Some(due) = lane.until.filter(|due| *due <= event.at) {
            let timer = timer_name(Some(it));
            let late = span(due, event.at);
            return Some(Cause {
                says: format!("{} was due {late} ago", with_article(&timer)),
                about: ("timer", timer),
            });
        }
        let sockets = self.replay.sockets().into_iter();
        let mut own = sockets.filter(|(_, _, lane)| *lane == key);
        let (socket, direction, _) = own.next()?;
        // It is not known which of several it was.
        let is_known = own.next().is_none();
        let socket = socket_name(socket);
        is_known.then(|| Cause {
            says: format!("{socket} {}", can(direction)),
            about: ("socket", socket),
        })
    }

    fn say_report(
        &mut self,
        pid: u32,
        socket: u32,
        direction: Direction,
    ) -> String {
        let name = socket_name(socket);
        let says = format!("{name} {}", can(direction));
        let waits = self.replay.sockets();
        let waits = waits.into_iter().filter(|(it, way, (of, _))| {
            (*it, *way, *of) == (socket, direction, pid)
        });
        let mut names = Vec::new();
        for (_, _, lane) in waits {
            let cause =
                Cause { says: says.clone(), about: ("socket", name.clone()) };
            self.woken.insert(lane, cause);
            names.push(self.cast.name(lane));
        }
        match names.is_empty() {
            true => {
                format!("the kernel reports that {says}: nothing waits for it")
            }
            false => format!(
                "the kernel reports that {says}: {} is to be woken",
                names.join(" and ")
            ),
        }
    }

    fn say_fire(
        &mut self,
        event: &Event<'_>,
        fired: Option<TimerNow>,
        about: &mut dyn FnMut(&str, &str),
    ) -> String {
        let Some(TimerNow { due, lane }) = fired else {
            return "a timer rings".to_owned();
        };
        let late = span(due, event.at);
        // Its lane may have ended, and may be another task's.
        let alive = lane.filter(|key| {
            let status = self.lane(*key).map(|lane| lane.status);
            !matches!(status, Some(Status::Ended | Status::Idle))
        });
        let Some(key) = alive else {
            return format!(
                "a timer was due {late} ago, and wakes nothing: its task has \
                 ended"
            );
        };
        let it = self.cast.name(key);
        let timer = timer_name(Some(it));
        about("timer", &timer);
        let says = format!("{} was due {late} ago", with_article(&timer));
        self.woken
            .insert(key, Cause { says: says.clone(), about: ("timer", timer) });
        format!("{says}: {it} is to be woken")
    }

    /// Set if this thread has run something, or runs it.
    fn has_run(&self, thread: LaneKey) -> bool {
        self.threads.contains(&thread)
    }

    fn lane(&self, key: LaneKey) -> Option<&LaneNow> {
        let mut lanes = self.replay.lanes();
        lanes.find(|(it, _)| *it == key).map(|(_, lane)| lane)
    }

    /// The queue in which a lane stands.
    fn queue_of(&self, key: LaneKey) -> Option<String> {
        let mut queues = self.replay.queues();
        let found = queues.find(|(_, lanes)| lanes.contains(&key));
        found.map(|(name, _)| name.to_owned())
    }

    /// How many stand in a queue already.
    fn say_behind(&self, queue: &str) -> String {
        let mut queues = self.replay.queues();
        let found = queues.find(|(name, _)| *name == queue);
        match found.map_or(0, |(_, lanes)| lanes.len()) {
            0 => String::new(),
            1 => ", behind one other".to_owned(),
            n => format!(", behind {n} others"),
        }
    }

    /// A time, since the run began.
    fn say_at(&self, time: u64) -> String {
        format_duration(Duration::from_nanos(time.saturating_sub(self.start)))
    }
}

/// The time between two, in words.
fn span(from: u64, to: u64) -> String {
    format_duration(Duration::from_nanos(to.saturating_sub(from)))
}

/// How long it is until a time.
fn say_left(now: u64, due: u64) -> String {
    match due > now {
        true => format!("{} from now", span(now, due)),
        false => format!("{} ago", span(due, now)),
    }
}

fn can(direction: Direction) -> &'static str {
    match direction {
        Direction::Read => "can be read from",
        Direction::Write => "can be written to",
    }
}

/// A timer in a sentence: `timer 3`, but `the timer of task 3`.
fn with_article(timer: &str) -> String {
    match timer.starts_with("timer of ") {
        true => format!("the {timer}"),
        false => timer.to_owned(),
    }
}

/// A queue in a sentence.
fn name_of(queue: &str) -> String {
    match queue.starts_with("queue") {
        true => queue.to_owned(),
        false => format!("the ready queue of {queue}"),
    }
}

fn end_of(queue: &str) -> String {
    format!("the end of {}", name_of(queue))
}

/// What a lane waits for, in a sentence.
fn words(what: &str) -> String {
    match what.rsplit_once(" on ") {
        Some((what @ ("bytes" | "room for bytes"), number)) => {
            format!("{what} on descriptor {number}")
        }
        _ if what.starts_with('/') => format!("the page {what}"),
        _ => what.to_owned(),
    }
}

/// All that a lane waits for, in a sentence.
pub fn listed(waits: &[String]) -> String {
    let all: Vec<_> = waits.iter().map(|it| words(it)).collect();
    all.join(" or ")
}

/// Where a paused state is kept, in a sentence.
pub fn kept_where(place: &str) -> String {
    match place.split_once(", ") {
        Some(("stack", depth)) => format!("on a stack, {depth} deep"),
        Some((what, size)) => {
            let article = if what == "future" { "a" } else { "the" };
            format!("in {article} {what} of {size}")
        }
        None => format!("in {place}"),
    }
}
