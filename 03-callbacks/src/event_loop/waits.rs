//! What waits for sockets.

use super::{Callback, Handle, Loop, Registration, next_number};
use crate::slots::{Slot, Slots};
use crate::socket::{Registered, Socket};
use polling::Event;
use std::cell::OnceCell;
use std::fmt::{self, Display, Formatter};
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, AsRawFd};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

/// What a callback waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Read,
    Write,
}

impl Direction {
    const BOTH: [Direction; 2] = [Direction::Read, Direction::Write];

    /// Set if the kernel has listed the socket as ready for this.
    fn is_ready(self, listed: &Event) -> bool {
        match self {
            Direction::Read => listed.readable,
            Direction::Write => listed.writable,
        }
    }
}

impl Display for Direction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Read => "bytes",
            Direction::Write => "room for bytes",
        })
    }
}

/// What waits for one socket.
pub struct Waits {
    socket: Rc<Registered<dyn AsFd>>,
    reader: Option<Wait>,
    writer: Option<Wait>,
    /// Set if the kernel has been asked to say when the socket is ready. It
    /// says so once, and then has to be asked again.
    armed: bool,
}

/// A callback that waits for a socket.
struct Wait {
    /// Greater than that of any wait before it.
    number: usize,
    slot: Rc<Slot>,
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

    /// Asks the kernel to say when the socket is ready for what waits, and for
    /// `more`.
    fn arm(&mut self, more: Option<Direction>) -> io::Result<()> {
        let reads = self.reader.is_some() || more == Some(Direction::Read);
        let writes = self.writer.is_some() || more == Some(Direction::Write);
        let Registered { poller, key, source, .. } = &*self.socket;
        poller.modify(source, Event::new(*key, reads, writes))?;
        self.armed = true;
        Ok(())
    }

    /// A lane of this socket on which nothing waits.
    fn free_slot(&self, slots: &Slots) -> Rc<Slot> {
        let Registered { slot, second_slot, .. } = &*self.socket;
        let mut used = self.reader.iter().chain(&self.writer);
        if used.any(|wait| Rc::ptr_eq(&wait.slot, slot)) {
            let take = || Rc::new(slots.take("socket"));
            return second_slot.get_or_init(take).clone();
        }
        slot.clone()
    }
}

impl Loop {
    /// Lets the kernel watch a `source`, a descriptor that does not block.
    #[expect(
        unsafe_code,
        reason = "only here is it known when the source is closed"
    )]
    #[track_caller]
    pub(crate) fn register<T: AsFd + 'static>(
        &mut self,
        source: T,
    ) -> io::Result<Socket<T>> {
        // Not every kernel refuses a descriptor that it watches already: the
        // second would take the place of the first.
        let descriptor = source.as_fd().as_raw_fd();
        if self.descriptors.borrow().contains(&descriptor) {
            return Err(io::Error::new(
                ErrorKind::AlreadyExists,
                "the loop has this descriptor already: clone its `Socket`",
            ));
        }
        let key = next_number();
        // SAFETY: `Registered` deregisters the source before it drops it.
        unsafe { self.poller.add(&source.as_fd(), Event::none(key)) }?;
        self.descriptors.borrow_mut().insert(descriptor);
        let registered = Rc::new(Registered {
            key,
            slot: Rc::new(self.slots.take("socket")),
            second_slot: OnceCell::new(),
            poller: self.poller.clone(),
            descriptors: self.descriptors.clone(),
            source,
        });
        Ok(Socket { registered, error: None })
    }

    /// Calls `then` once the kernel says that the socket is ready. If it cannot
    /// be waited for, calls `then` soon, and lets the socket say why.
    #[track_caller]
    pub(super) fn when<T: AsFd + 'static>(
        &mut self,
        direction: Direction,
        mut socket: Socket<T>,
        then: impl FnOnce(&mut Loop, Socket<T>) + 'static,
    ) -> Handle {
        let key = socket.registered.key;
        let number = next_number();
        let waits = self.waits.entry(key).or_insert_with(|| Waits {
            socket: socket.registered.clone(),
            reader: None,
            writer: None,
            armed: false,
        });
        // Ask the kernel. What is in the way goes into the socket.
        let armed = if !Arc::ptr_eq(&self.poller, &waits.socket.poller) {
            let why = "the socket belongs to another loop";
            Err(io::Error::new(ErrorKind::InvalidInput, why))
        } else if waits.of(direction).is_some() {
            let why = "another callback waits for this socket";
            Err(io::Error::new(ErrorKind::AlreadyExists, why))
        } else {
            waits.arm(Some(direction))
        };
        if let Err(why) = armed {
            self.forget_if_empty(key);
            socket.error = Some(why);
            return self.at(Instant::now(), |events| then(events, socket));
        }
        // It waits from here on, in a lane of the socket.
        let slot = waits.free_slot(&self.slots);
        let descriptor = socket.get_ref().as_fd().as_raw_fd();
        slot.lane().waits(format_args!("{direction} on {descriptor}"));
        let then: Callback = Box::new(|events| then(events, socket));
        *waits.of(direction) = Some(Wait { number, slot, then });
        Handle(Registration::Wait { key, direction, number })
    }

    /// Takes out what waits for a socket, if `is_meant` is true of its number.
    pub(super) fn take_wait(
        &mut self,
        key: usize,
        direction: Direction,
        is_meant: impl FnOnce(usize) -> bool,
    ) -> Option<(Rc<Slot>, Callback)> {
        let waits = self.waits.get_mut(&key)?;
        let wait = waits.of(direction);
        let Wait { slot, then, .. } =
            wait.take_if(|wait| is_meant(wait.number))?;
        self.forget_if_empty(key);
        Some((slot, then))
    }

    /// Calls what has waited since before the mark for the sockets that the
    /// kernel has listed.
    pub(super) fn call_ready_sockets(&mut self, mark: usize) {
        let listed: Vec<Event> = self.listed.iter().collect();
        for event in &listed {
            let Some(waits) = self.waits.get_mut(&event.key) else { continue };
            waits.armed = false;
            for direction in Direction::BOTH {
                if let Some(wait) = waits.of(direction)
                    && direction.is_ready(event)
                {
                    wait.slot.lane().ready();
                }
            }
        }
        // Each is looked up again right before its call: the callbacks before
        // it may have cancelled it, closed its socket, or begun other waits.
        for event in &listed {
            for direction in Direction::BOTH {
                if direction.is_ready(event) {
                    self.call_wait(event.key, direction, mark);
                }
            }
            self.arm_again(event.key, mark);
        }
    }

    /// If one of two directions was ready, asks the kernel for the other again.
    fn arm_again(&mut self, key: usize, mark: usize) {
        let Some(waits) = self.waits.get_mut(&key) else { return };
        if !waits.armed && waits.arm(None).is_err() {
            // The kernel does not watch it any more, so what waits is called:
            // its next read, write or wait says why.
            for direction in Direction::BOTH {
                self.call_wait(key, direction, mark);
            }
        }
    }

    /// Calls what waits for a socket, if it did so before the mark.
    fn call_wait(&mut self, key: usize, direction: Direction, mark: usize) {
        let wait = self.take_wait(key, direction, |number| number < mark);
        if let Some((slot, then)) = wait {
            self.call(slot, then);
        }
    }

    fn forget_if_empty(&mut self, key: usize) {
        if self.waits.get(&key).is_some_and(Waits::is_empty) {
            self.waits.remove(&key);
        }
    }
}
