//! What a task asks for when it pauses, and what it is told when it goes on.

use super::Task;
use crate::Paused;
use callbacks::{Direction, Socket};
use std::fmt::{self, Display, Formatter};
use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::panic::Location;
use std::time::Instant;
use timeline::{Lane, Source, What as Event, on_our_clock};

/// What a task waits for, and until when at the longest. It remembers the line
/// that made it: there the task has paused.
pub struct Request {
    pub(super) what: What,
    pub(super) deadline: Option<Instant>,
    pub(super) line: Source,
}

/// What a task is told when it is resumed: that it can go on, or why not. In a
/// function that pauses, a `?` throws the error.
pub type Reply = io::Result<()>;

pub(super) enum What {
    Socket(Direction, Socket<dyn AsFd>),
    /// The deadline itself.
    Time,
    End(Task),
    Wake,
}

impl Request {
    /// Until `socket` can be read, or has come to its end.
    #[track_caller]
    pub fn readable<T: AsFd + 'static>(socket: &Socket<T>) -> Request {
        Request::new(What::Socket(Direction::Read, socket.any()))
    }

    /// Until `socket` can be written to, or is connected, or its connection is
    /// broken.
    #[track_caller]
    pub fn writable<T: AsFd + 'static>(socket: &Socket<T>) -> Request {
        Request::new(What::Socket(Direction::Write, socket.any()))
    }

    /// Until `due`. If that is over already, it is a [`turn`](Request::turn).
    #[track_caller]
    pub fn until(due: Instant) -> Request {
        Request { deadline: Some(due), ..Request::new(What::Time) }
    }

    /// Until all that are ready now have had their turn.
    #[track_caller]
    pub fn turn() -> Request {
        Request::until(Instant::now())
    }

    /// Until `task` has ended. If it has panicked, or was cancelled, the reply
    /// is an error.
    #[track_caller]
    pub fn join(task: &Task) -> Request {
        Request::new(What::End(task.clone()))
    }

    /// Until another task [wakes](super::Tasks::wake) it.
    #[track_caller]
    pub fn park() -> Request {
        Request::new(What::Wake)
    }

    /// The same, but at `deadline` the reply is the error
    /// [`TimedOut`](io::ErrorKind::TimedOut).
    pub fn by(self, deadline: Instant) -> Request {
        Request { deadline: Some(deadline), ..self }
    }

    /// Records where a task's state is kept, and what the task waits for.
    pub(super) fn record(&self, lane: &Lane, paused: Paused) {
        if !timeline::is_on() {
            return lane.idles();
        }
        lane.record_from(Event::Kept(&paused.to_string()), self.line);
        if let Some(due) = self.deadline {
            lane.record_from(Event::Until(on_our_clock(due)), self.line);
        }
        if !matches!(self.what, What::Time) {
            lane.record_from(Event::Wait(&self.what.to_string()), self.line);
        }
    }

    #[track_caller]
    fn new(what: What) -> Request {
        let line = Some(Location::caller());
        Request { what, deadline: None, line }
    }
}

impl What {
    /// Set if it is the socket with this descriptor.
    pub fn is_on(&self, number: RawFd) -> bool {
        matches!(self, What::Socket(_, it)
            if it.get_ref().as_fd().as_raw_fd() == number)
    }
}

impl Display for What {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            What::Socket(direction, socket) => {
                let number = socket.get_ref().as_fd().as_raw_fd();
                write!(f, "{direction} on {number}")
            }
            What::Time => f.write_str("a time"),
            What::End(task) => write!(f, "the end of {}", task.name()),
            What::Wake => f.write_str("a wake-up"),
        }
    }
}
