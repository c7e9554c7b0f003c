//! What waits for sockets.

use super::{Cause, Handle, Loop, Registered, next_number};
use crate::socket::{Shared, Socket};
use polling::Event;
use std::fmt::{self, Display, Formatter};
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
use std::time::Instant;

/// What is waited for on a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Until it can be read, or has come to its end.
    Read,
    /// Until it can be written to, or is connected, or its connection is
    /// broken.
    Write,
}

impl Display for Direction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Read => "bytes",
            Direction::Write => "room for bytes",
        })
    }
}

/// Gives `then` the socket, and the socket what was in the way of waiting.
pub(super) fn giving<T: AsFd>(
    mut socket: Socket<T>,
    then: impl FnOnce(&mut Loop, Socket<T>),
) -> impl FnOnce(&mut Loop, io::Result<()>) {
    move |events, waited| {
        if let Err(why) = waited {
            socket.error = Some(why);
        }
        then(events, socket);
    }
}

impl Loop {
    /// Calls `then` once the kernel says that the socket, one of any kind, is
    /// ready; or, if it cannot be waited for, soon, with the reason.
    #[track_caller]
    pub fn when(
        &mut self,
        direction: Direction,
        socket: Socket<dyn AsFd>,
        then: impl FnOnce(&mut Loop, io::Result<()>) + 'static,
    ) -> Handle {
        if let Err(why) = self.ask_for(direction, &*socket.shared) {
            return self.at(Instant::now(), |events| then(events, Err(why)));
        }
        let slot = self.lanes.take("socket");
        let descriptor = socket.get_ref().as_fd().as_raw_fd();
        slot.lane.waits(format_args!("{direction} on {descriptor}"));
        let cause = Cause::Socket(socket.shared.key, direction, next_number());
        let then = Box::new(|events: &mut Loop| then(events, Ok(())));
        let socket = Some(socket.shared);
        self.registered.insert(cause, Registered { slot, then, socket });
        Handle(cause)
    }

    /// Asks the kernel to say when the socket is ready for this, or for what
    /// waits for it already. The kernel will say so once.
    fn ask_for(
        &self,
        direction: Direction,
        socket: &Shared<dyn AsFd>,
    ) -> io::Result<()> {
        let key = socket.key;
        if !Arc::ptr_eq(&self.poller, &socket.poller) {
            let why = "the socket belongs to another loop";
            return Err(io::Error::new(ErrorKind::InvalidInput, why));
        }
        if self.waiting(key, direction).is_some() {
            let why = "another callback waits for this socket";
            return Err(io::Error::new(ErrorKind::AlreadyExists, why));
        }
        let waits = |it| it == direction || self.waiting(key, it).is_some();
        let [reads, writes] = [Direction::Read, Direction::Write].map(waits);
        let interest = Event::new(key, reads, writes);
        self.poller.modify(&socket.source, interest)
    }

    /// What waits for the socket with this key.
    fn waiting(
        &self,
        key: usize,
        direction: Direction,
    ) -> Option<(&Cause, &Registered)> {
        let any = |number| Cause::Socket(key, direction, number);
        self.registered.range(any(0)..=any(usize::MAX)).next()
    }

    /// What waits for the sockets that the kernel has listed as ready.
    pub(super) fn ready_sockets(&self) -> Vec<Cause> {
        let mut ready = Vec::new();
        for event in self.listed.iter() {
            let again = Event::new(event.key, !event.readable, !event.writable);
            for (direction, is_ready) in [
                (Direction::Read, event.readable),
                (Direction::Write, event.writable),
            ] {
                let waiting = self.waiting(event.key, direction);
                let Some((cause, Registered { socket: Some(socket), .. })) =
                    waiting
                else {
                    continue;
                };
                // The kernel says so once: for what goes on waiting it has to
                // be asked again. If that fails, its callback finds out why.
                if is_ready
                    || self.poller.modify(&socket.source, again).is_err()
                {
                    ready.push(*cause);
                }
            }
        }
        ready
    }
}
