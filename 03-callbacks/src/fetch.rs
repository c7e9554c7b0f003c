//! One page, fetched by callbacks.

use crate::event_loop::{Handle, Loop};
use crate::socket::Socket;
use lab::{Failure, Fetched, Incoming, Url, address, request};
use std::cell::Cell;
use std::io::{self, ErrorKind, Read, Write};
use std::rc::Rc;
use std::time::Instant;

/// Fetches a page, gives up on it at `deadline`, and calls `then` once, always
/// after this has returned.
///
/// Only the first page of a host may block, while its name is looked up (see
/// [`address`]).
pub fn fetch(
    events: &mut Loop,
    url: &Url,
    deadline: Instant,
    then: impl FnOnce(&mut Loop, Fetched) + 'static,
) -> Fetching {
    let end = Rc::new(End {
        then: Cell::new(Some(Box::new(then))),
        wait: Cell::new(None),
        timer: Cell::new(None),
    });
    let fetching = Fetching(end.clone());
    match address(url).and_then(|to| Socket::connect(events, to)) {
        Ok(socket) => {
            let too_late = end.clone();
            end.timer.set(Some(events.at(deadline, move |events| {
                too_late.reach(events, Err(Failure::TimedOut));
            })));
            Fetch { url: url.clone(), sent: 0, end }.connect(events, socket);
        }
        // ANCHOR: at-once
        Err(why) => events.call_soon(move |events| {
            end.reach(events, Err(why.into()));
        }),
        // ANCHOR_END: at-once
    }
    fetching
}

/// A fetch that has begun, so that it can be stopped. Dropping this stops
/// nothing.
pub struct Fetching(Rc<End>);

impl Fetching {
    /// Closes the connection, and drops what was to be called, uncalled. Does
    /// nothing if it has been called.
    pub fn stop(&self, events: &mut Loop) {
        drop(self.0.take(events));
    }
}

/// A fetch under way, as long as it waits to write.
struct Fetch {
    url: Url,
    /// How much of the request has been sent.
    sent: usize,
    end: Rc<End>,
}

/// What comes after a fetch, and what ends it. Its timer and its socket share
/// it: whichever comes first takes `then`, and cancels the other.
struct End {
    then: Cell<Option<Then>>,
    wait: Cell<Option<Handle>>,
    timer: Cell<Option<Handle>>,
}

type Then = Box<dyn FnOnce(&mut Loop, Fetched)>;

impl Fetch {
    fn connect(self, events: &mut Loop, socket: Socket) {
        let end = self.end.clone();
        end.wait_for(events.when_writable(socket, |events, mut socket| {
            match socket.is_connected() {
                Ok(true) => self.send(events, socket),
                Ok(false) => self.connect(events, socket),
                Err(why) => {
                    drop(socket);
                    self.end.reach(events, Err(why.into()));
                }
            }
        }));
    }

    fn send(mut self, events: &mut Loop, mut socket: Socket) {
        let bytes = request(&self.url);
        match socket.write(&bytes[self.sent..]) {
            Ok(n) => self.sent += n,
            Err(why) if is_early(&why) => {}
            Err(why) => {
                drop(socket);
                return self.end.reach(events, Err(why.into()));
            }
        }
        if self.sent == bytes.len() {
            let incoming = Incoming::new(&self.url);
            return Receive { incoming, end: self.end }.wait(events, socket);
        }
        let end = self.end.clone();
        end.wait_for(events.when_writable(socket, |events, socket| {
            self.send(events, socket);
        }));
    }
}

/// How often a callback reads at most: a server that sends without a pause must
/// not keep the others from their turn.
const MOST_READS: usize = 8;

/// A fetch under way, as long as it waits to read.
struct Receive {
    incoming: Incoming,
    end: Rc<End>,
}

impl Receive {
    fn wait(self, events: &mut Loop, socket: Socket) {
        let end = self.end.clone();
        end.wait_for(events.when_readable(socket, |events, socket| {
            self.receive(events, socket);
        }));
    }

    fn receive(mut self, events: &mut Loop, mut socket: Socket) {
        let mut buffer = [0; 16 * 1024];
        for _ in 0..MOST_READS {
            let page = match socket.read(&mut buffer) {
                Ok(n) => self.incoming.take(&buffer[..n]).transpose(),
                Err(why) if is_early(&why) => break,
                Err(why) => Some(Err(why.into())),
            };
            if let Some(fetched) = page {
                // Closed first, so that what comes next can have its
                // descriptor.
                drop(socket);
                return self.end.reach(events, fetched);
            }
        }
        self.wait(events, socket);
    }
}

impl End {
    fn wait_for(&self, wait: Handle) {
        self.wait.set(Some(wait));
    }

    // ANCHOR: end
    fn reach(&self, events: &mut Loop, fetched: Fetched) {
        if let Some(then) = self.take(events) {
            then(events, fetched);
        }
    }

    /// Takes out what is to be called, and cancels what would call it.
    fn take(&self, events: &mut Loop) -> Option<Then> {
        for handle in [self.wait.take(), self.timer.take()] {
            handle.map(|handle| events.cancel(handle));
        }
        self.then.take()
    }
    // ANCHOR_END: end
}

/// Set if a call has done nothing, and is to be tried again.
fn is_early(why: &io::Error) -> bool {
    matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
