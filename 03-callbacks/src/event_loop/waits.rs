//! What waits for sockets.

use super::{Callback, Handle, Loop, Registration};
use crate::slots::Slot;
use crate::socket::{Registered, Socket};
use polling::{Event, Poller};
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

/// What a callback waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Read,
    Write,
}

/// What waits for one socket.
pub struct Waits {
    socket: Rc<Registered<dyn AsFd>>,
    reader: Option<Wait>,
    writer: Option<Wait>,
    /// Set if the kernel is to say when it is ready. Once it has said so, it
    /// says nothing more until it is asked again.
    armed: bool,
}

struct Wait {
    number: usize,
    then: Callback,
}

impl Waits {
    fn of(&mut self, direction: Direction) -> &mut Option<Wait> {
        match direction {
            Direction::Read => &mut self.reader,
            Direction::Write => &mut self.writer,
        }
    }

    fn is_empty(&self) -> bool {
        self.reader.is_none() && self.writer.is_none()
    }

    /// Asks the kernel for all that waits, and for `more`.
    fn arm(
        &mut self,
        poller: &Arc<Poller>,
        more: Option<Direction>,
    ) -> io::Result<()> {
        if !Arc::ptr_eq(poller, &self.socket.poller) {
            let why = "the socket belongs to another loop";
            return Err(io::Error::new(ErrorKind::InvalidInput, why));
        }
        let reads = self.reader.is_some() || more == Some(Direction::Read);
        let writes = self.writer.is_some() || more == Some(Direction::Write);
        let event = Event::new(self.socket.key, reads, writes);
        poller.modify(&self.socket.source, event)?;
        self.armed = true;
        Ok(())
    }
}

impl Loop {
    /// Lets the kernel watch a source that does not block.
    #[expect(
        unsafe_code,
        reason = "only here is it known when the source is closed"
    )]
    #[track_caller]
    pub(crate) fn register<T: AsFd>(
        &mut self,
        source: T,
    ) -> io::Result<Socket<T>> {
        let key = self.next_number();
        let poller = self.poller.clone();
        // SAFETY: `Registered` closes the source, and deregisters it first.
        unsafe { poller.add(&source.as_fd(), Event::none(key)) }?;
        let slot = Rc::new(self.slots.take("socket"));
        let registered = Rc::new(Registered { key, slot, poller, source });
        Ok(Socket { registered, error: None })
    }

    #[track_caller]
    pub(super) fn when<T: AsFd + 'static>(
        &mut self,
        direction: Direction,
        mut socket: Socket<T>,
        then: impl FnOnce(&mut Loop, Socket<T>) + 'static,
    ) -> Handle {
        let key = socket.registered.key;
        let slot = socket.registered.slot.clone();
        let number = self.next_number();
        let waits = self.waits.entry(key).or_insert_with(|| Waits {
            socket: socket.registered.clone(),
            reader: None,
            writer: None,
            armed: false,
        });
        let armed = match waits.of(direction) {
            None => waits.arm(&self.poller, Some(direction)),
            Some(_) => Err(io::Error::new(
                ErrorKind::AlreadyExists,
                "another callback waits for this socket",
            )),
        };
        if let Err(why) = armed {
            self.forget_if_empty(key);
            socket.error = Some(why);
            return self.at(Instant::now(), |events| then(events, socket));
        }
        slot.lane().waits(match direction {
            Direction::Read => "bytes",
            Direction::Write => "room for bytes",
        });
        let then: Callback = Box::new(|events| then(events, socket));
        *waits.of(direction) = Some(Wait { number, then });
        Handle(Registration::Wait { key, direction, number })
    }

    /// Takes out what waits for a socket; with a number, only that wait.
    pub(super) fn take_wait(
        &mut self,
        key: usize,
        direction: Direction,
        number: Option<usize>,
    ) -> Option<(Rc<Slot>, Callback)> {
        let waits = self.waits.get_mut(&key)?;
        let slot = waits.socket.slot.clone();
        let wait = waits
            .of(direction)
            .take_if(|wait| number.is_none_or(|it| it == wait.number))?;
        self.forget_if_empty(key);
        Some((slot, wait.then))
    }

    /// Calls what waits for the sockets that the kernel has listed.
    pub(super) fn call_ready_sockets(&mut self) {
        let listed: Vec<Event> = self.listed.iter().collect();
        for event in &listed {
            if let Some(waits) = self.waits.get_mut(&event.key) {
                waits.armed = false;
                waits.socket.slot.lane().ready();
            }
        }
        // Each is looked up again right before its call: the callbacks before
        // it may have cancelled it, closed its socket, or begun other waits.
        for event in &listed {
            for (direction, is_ready) in [
                (Direction::Read, event.readable),
                (Direction::Write, event.writable),
            ] {
                let wait = is_ready
                    .then(|| self.take_wait(event.key, direction, None))
                    .flatten();
                if let Some((slot, then)) = wait {
                    self.call_on(slot, then);
                }
            }
            self.arm_again(event.key);
        }
    }

    /// If one of two directions was ready, asks for the other again.
    fn arm_again(&mut self, key: usize) {
        let Some(waits) = self.waits.get_mut(&key) else { return };
        if waits.armed || waits.arm(&self.poller, None).is_ok() {
            return;
        }
        // It cannot wait any longer: its next read or write says why.
        for direction in [Direction::Read, Direction::Write] {
            if let Some((slot, then)) = self.take_wait(key, direction, None) {
                self.call_on(slot, then);
            }
        }
    }

    fn forget_if_empty(&mut self, key: usize) {
        if self.waits.get(&key).is_some_and(Waits::is_empty) {
            self.waits.remove(&key);
        }
    }
}
