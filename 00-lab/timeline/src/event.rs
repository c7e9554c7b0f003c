//! One event, and the line that stands for it in the file.
//!
//! # The state of a scheduler
//!
//! What runs tasks in turns records each change of its own state when it
//! happens, and under the same lock, if there is one. So the state at any event
//! follows from the events up to it, and [`Replay`](crate::Replay) is that
//! state:
//!
//! - **Who runs.** `run` takes a lane out of the queue that it stands in, and
//!   puts it on the thread that writes the line. `wait`, `until`, `idle` and
//!   `done` take it from there. But a `wait` without a line of code blocks: its
//!   lane stays on the thread, until the next `run`; unless it has said what it
//!   keeps: then it has paused. A lane that runs inside of another (the child
//!   of a scope in its task) lies on top of it.
//! - **Who is ready.** `ready` puts a lane at the end of a queue, and `queue`
//!   moves it to the end of another. A queue with a name is first in, first
//!   out. One without says in which order lanes were woken; if several threads
//!   wake, two may be taken the other way round. [`UNORDERED`] is that of a
//!   scheduler that does not tell its queues: which lane is next is not known,
//!   and one may run that was not known to be ready.
//! - **Who waits, and for what.** `wait` and `until` say it in the lane's own
//!   words, for the pictures, and hold until the lane is ready, or runs.
//!   Several of them in a row hold together. `bytes on 7` is the socket with
//!   descriptor 7 that is to be read, `room for bytes on 7` one that is to be
//!   written to.
//! - **Sockets.** From `register` to `deregister` a reactor watches a socket.
//!   `await` puts the waker of its lane into a place at the socket, and takes
//!   out what was there. The number of the place is that of one wait. `forgo`
//!   empties a place, and `report` all places of a direction: what stood there
//!   is woken next.
//! - **Timers.** `set` has a lane woken at a time; said again of the same
//!   timer, it has another lane woken. It ends with `fire`, when the time has
//!   come, or with `cancel`.
//!
//! A socket or a timer may be waited for longer than its lane waits: a future
//! that waits for several things keeps those that have not come.

use std::fmt;

/// A lane's number, unique in its process.
pub type Id = u32;

/// The name of the queue of a scheduler that does not tell in which order it
/// runs what is ready.
pub const UNORDERED: &str = "unordered";

/// What an event says about its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// The lane begins, made by `parent`; without a name it is numbered.
    Spawn {
        /// `thread`, `task`, `callback`, … : one word.
        kind: &'a str,
        /// The lane that made it, if that is known.
        parent: Option<Id>,
        /// What to call it.
        name: &'a str,
    },
    /// It runs, as far as it can know: its CPU time shows how much.
    Run,
    /// It waits for this. An empty text changes nothing if it waits already.
    Wait(&'a str),
    /// It waits until this time on the monotonic clock, in nanoseconds.
    Until(u64),
    /// It has paused, and what it needs in order to go on is kept here: in
    /// `variant NAME, N bytes` of an enum, in a `future, N bytes`, on a `stack,
    /// N bytes` deep. What it waits for comes next.
    Kept(&'a str),
    /// It could run, and stands at the end of a queue.
    Ready {
        /// The lane that has woken it.
        by: Id,
        /// The queue; empty if it has no name, and [`UNORDERED`] if its
        /// order is not known.
        queue: &'a str,
    },
    /// It stands at the end of this queue now, and no more where it stood.
    Queue(&'a str),
    /// It does nothing, until it runs or waits again.
    Idle,
    /// The lane ends.
    Done,
    /// It has to wait for a lock.
    Want(&'a str),
    /// It holds a lock.
    Hold(&'a str),
    /// It no longer holds a lock.
    Release(&'a str),
    /// It notifies a condition variable.
    Notify(&'a str),
    /// It wakes a lane that may be waiting.
    Wake(Id),
    /// A reactor watches the socket with this descriptor from now on.
    Register(u32),
    /// It does so no more.
    Deregister(u32),
    /// It is to be woken when this socket is ready for this direction.
    Await(Place),
    /// It is not to be woken any more.
    Forgo(Place),
    /// The kernel reports that a socket is ready for this direction. What waits
    /// for that is woken next.
    Report(u32, Direction),
    /// It is to be woken by this timer.
    Set {
        /// A word that no other timer has at the same time.
        timer: &'a str,
        /// When, on the monotonic clock, in nanoseconds.
        due: u64,
    },
    /// The time of this timer has come. What it wakes is ready next.
    Fire(&'a str),
    /// This timer is to wake nothing any more.
    Cancel(&'a str),
    /// It asks for the page at this path.
    Ask(&'a str),
    /// The page at this path is here, or given up.
    Got(&'a str),
    /// The number of requests in flight, as the site sees it.
    Flight(usize),
    /// The site is about to send the last bytes of the page at this path.
    Sent(&'a str),
    /// A queue has this length now.
    Length {
        /// What it is a queue of.
        queue: &'a str,
        /// How many are in it.
        n: usize,
        /// How many it has room for.
        room: usize,
    },
    /// It panics.
    Panic(&'a str),
    /// It has killed this child process. What is left is a zombie.
    Kill(u32),
    /// It has waited for a child process, which has ended with all its lanes.
    Reap {
        /// The child.
        pid: u32,
        /// How it died; empty if it ended in good order.
        how: &'a str,
    },
}

/// Where the waker of a lane is kept that waits for a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The socket's descriptor.
    pub socket: u32,
    /// What it is to be ready for.
    pub direction: Direction,
    /// Differs from that of all others who wait for the same.
    pub number: u64,
}

/// What is done with a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// It is read from, or accepts.
    Read,
    /// It is written to, or connects.
    Write,
}

/// One line of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Monotonic clock, in nanoseconds.
    pub at: u64,
    /// The process.
    pub pid: u32,
    /// The thread that wrote the line, as the number of its own lane.
    pub thread: Id,
    /// The lane that it is about.
    pub lane: Id,
    /// CPU time of that thread so far, in nanoseconds.
    pub cpu: u64,
    /// What happened.
    pub what: What<'a>,
    /// The file and the line of code that caused it, if that is known.
    pub source: Option<(&'a str, u32)>,
}

impl<'a> Event<'a> {
    /// Reads a line; `None` if it is no event.
    pub fn parse(line: &'a str) -> Option<Event<'a>> {
        // A text has no tab in it.
        let (line, source) = match line.split_once('\t') {
            None => (line, None),
            Some((line, source)) => {
                let (file, number) = source.rsplit_once(':')?;
                (line, Some((file, number.parse().ok()?)))
            }
        };
        let mut words = line.splitn(6, ' ');
        let at = words.next()?.parse().ok()?;
        let pid = words.next()?.parse().ok()?;
        let thread = words.next()?.parse().ok()?;
        let lane = words.next()?.parse().ok()?;
        let cpu = words.next()?.parse().ok()?;
        let what = What::parse(words.next()?)?;
        Some(Event { at, pid, thread, lane, cpu, what, source })
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Event { at, pid, thread, lane, cpu, what, source } = self;
        write!(f, "{at} {pid} {thread} {lane} {cpu} {what}")?;
        match source {
            None => Ok(()),
            Some((file, line)) => write!(f, "\t{file}:{line}"),
        }
    }
}

impl<'a> What<'a> {
    /// Set if its lane runs no more, so that the one before it runs on.
    pub(super) fn ends_a_run(&self) -> bool {
        matches!(self, What::Wait(_) | What::Until(_) | What::Idle | What::Done)
    }

    fn parse(words: &'a str) -> Option<What<'a>> {
        let (what, text) = words.split_once(' ').unwrap_or((words, ""));
        Some(match what {
            "spawn" => {
                let (kind, rest) = text.split_once(' ')?;
                let (parent, name) = rest.split_once(' ')?;
                What::Spawn { kind, parent: parent.parse().ok(), name }
            }
            "run" => What::Run,
            "wait" => What::Wait(text),
            "until" => What::Until(text.parse().ok()?),
            "kept" => What::Kept(text),
            "ready" => {
                let (by, queue) = text.split_once(' ').unwrap_or((text, ""));
                What::Ready { by: by.parse().ok()?, queue }
            }
            "queue" => What::Queue(text),
            "idle" => What::Idle,
            "done" => What::Done,
            "want" => What::Want(text),
            "hold" => What::Hold(text),
            "release" => What::Release(text),
            "notify" => What::Notify(text),
            "wake" => What::Wake(text.parse().ok()?),
            "register" => What::Register(text.parse().ok()?),
            "deregister" => What::Deregister(text.parse().ok()?),
            "await" => What::Await(Place::parse(text)?),
            "forgo" => What::Forgo(Place::parse(text)?),
            "report" => {
                let (socket, direction) = text.split_once(' ')?;
                let direction = Direction::parse(direction)?;
                What::Report(socket.parse().ok()?, direction)
            }
            "set" => {
                let (timer, due) = text.split_once(' ')?;
                What::Set { timer, due: due.parse().ok()? }
            }
            "fire" => What::Fire(text),
            "cancel" => What::Cancel(text),
            "ask" => What::Ask(text),
            "got" => What::Got(text),
            "flight" => What::Flight(text.parse().ok()?),
            "sent" => What::Sent(text),
            "length" => {
                let mut words = text.splitn(3, ' ');
                let n = words.next()?.parse().ok()?;
                let room = words.next()?.parse().ok()?;
                What::Length { queue: words.next()?, n, room }
            }
            "panic" => What::Panic(text),
            "kill" => What::Kill(text.parse().ok()?),
            "reap" => {
                let (pid, how) = text.split_once(' ').unwrap_or((text, ""));
                What::Reap { pid: pid.parse().ok()?, how }
            }
            _ => return None,
        })
    }
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            What::Spawn { kind, parent, name } => {
                let parent = parent.map_or("-".to_owned(), |id| id.to_string());
                write!(f, "spawn {} {parent} {}", OneLine(kind), OneLine(name))
            }
            What::Run => f.write_str("run"),
            What::Wait(what) => write!(f, "wait {}", OneLine(what)),
            What::Until(due) => write!(f, "until {due}"),
            What::Kept(place) => write!(f, "kept {}", OneLine(place)),
            What::Ready { by, queue: "" } => write!(f, "ready {by}"),
            What::Ready { by, queue } => {
                write!(f, "ready {by} {}", OneLine(queue))
            }
            What::Queue(queue) => write!(f, "queue {}", OneLine(queue)),
            What::Idle => f.write_str("idle"),
            What::Done => f.write_str("done"),
            What::Want(lock) => write!(f, "want {}", OneLine(lock)),
            What::Hold(lock) => write!(f, "hold {}", OneLine(lock)),
            What::Release(lock) => write!(f, "release {}", OneLine(lock)),
            What::Notify(condvar) => write!(f, "notify {}", OneLine(condvar)),
            What::Wake(lane) => write!(f, "wake {lane}"),
            What::Register(socket) => write!(f, "register {socket}"),
            What::Deregister(socket) => write!(f, "deregister {socket}"),
            What::Await(place) => write!(f, "await {place}"),
            What::Forgo(place) => write!(f, "forgo {place}"),
            What::Report(socket, way) => write!(f, "report {socket} {way}"),
            What::Set { timer, due } => {
                write!(f, "set {} {due}", OneLine(timer))
            }
            What::Fire(timer) => write!(f, "fire {}", OneLine(timer)),
            What::Cancel(timer) => write!(f, "cancel {}", OneLine(timer)),
            What::Ask(path) => write!(f, "ask {}", OneLine(path)),
            What::Got(path) => write!(f, "got {}", OneLine(path)),
            What::Flight(n) => write!(f, "flight {n}"),
            What::Sent(path) => write!(f, "sent {}", OneLine(path)),
            What::Length { queue, n, room } => {
                write!(f, "length {n} {room} {}", OneLine(queue))
            }
            What::Panic(why) => write!(f, "panic {}", OneLine(why)),
            What::Kill(pid) => write!(f, "kill {pid}"),
            What::Reap { pid, how } => {
                write!(f, "reap {pid} {}", OneLine(how))
            }
        }
    }
}

impl Place {
    fn parse(text: &str) -> Option<Place> {
        let mut words = text.split(' ');
        Some(Place {
            socket: words.next()?.parse().ok()?,
            direction: Direction::parse(words.next()?)?,
            number: words.next()?.parse().ok()?,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { socket, direction, number } = self;
        write!(f, "{socket} {direction} {number}")
    }
}

impl Direction {
    fn parse(word: &str) -> Option<Direction> {
        match word {
            "read" => Some(Direction::Read),
            "write" => Some(Direction::Write),
            _ => None,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Read => "read",
            Direction::Write => "write",
        })
    }
}

/// A text that is cut if it is long, and in which a line break is a space.
struct OneLine<'a>(&'a str);

impl OneLine<'_> {
    const LONGEST: usize = 200;
}

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nearly always there is nothing to change.
        if self.0.len() <= Self::LONGEST && !self.0.contains(char::is_control) {
            return f.write_str(self.0);
        }
        for c in self.0.chars().take(Self::LONGEST) {
            fmt::Write::write_char(f, if c.is_control() { ' ' } else { c })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Event, Place, What};

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let spawn = |parent| What::Spawn { kind: "task", parent, name: "a b" };
        let place = |direction| Place { socket: 7, direction, number: 9 };
        for what in [
            spawn(Some(7)),
            spawn(None),
            What::Spawn { kind: "task", parent: None, name: "" },
            What::Run,
            What::Wait("/3 or so"),
            What::Wait(""),
            What::Until(u64::MAX),
            What::Kept("variant Receive, 96 bytes"),
            What::Ready { by: 3, queue: "" },
            What::Ready { by: 3, queue: "pool 0, worker 1" },
            What::Queue("pool 0"),
            What::Idle,
            What::Done,
            What::Want("Fork 1"),
            What::Hold("Fork 1"),
            What::Release("Fork 1"),
            What::Notify("condvar 1"),
            What::Wake(4),
            What::Register(7),
            What::Deregister(7),
            What::Await(place(Direction::Read)),
            What::Forgo(place(Direction::Write)),
            What::Report(7, Direction::Write),
            What::Set { timer: "1.2.3", due: u64::MAX },
            What::Fire("1.2.3"),
            What::Cancel("1.2.3"),
            What::Ask("/3?a=b"),
            What::Got("/3?a=b"),
            What::Flight(10_000),
            What::Sent("/3?a=b"),
            What::Length { queue: "two words", n: 3, room: 4 },
            What::Panic("no such page: /9"),
            What::Kill(77),
            What::Reap { pid: 77, how: "signal: 6 (SIGABRT)" },
            What::Reap { pid: 77, how: "" },
        ] {
            let (at, pid, thread, lane, cpu) = (u64::MAX, 2, 3, 4, 5);
            for source in [None, Some(("a folder/main.rs", 52))] {
                let event = Event { at, pid, thread, lane, cpu, what, source };
                assert_eq!(Event::parse(&event.to_string()), Some(event));
            }
        }
    }

    #[test]
    fn a_text_never_ends_its_line() {
        let what = What::Panic("one\ntwo\r\n\u{1b}[1m");
        assert_eq!(what.to_string(), "panic one two   [1m");
        let long = "é".repeat(5_000);
        assert_eq!(What::Wait(&long).to_string().chars().count(), 205);
    }

    #[test]
    fn a_line_of_another_kind_is_no_event() {
        for line in [
            "",
            "1 2 3",
            "1 2 3 4 5",
            "1 2 3 4 5 sing",
            "1 2 3 4 5 await 7 read",
            "1 2 3 4 5 report 7 sideways",
            "1 2 3 4 5 length 3 pages",
            "a 2 3 4 5 run",
            "1 2 3 4 5 run\tmain.rs",
        ] {
            assert_eq!(Event::parse(line), None, "{line:?}");
        }
    }
}
