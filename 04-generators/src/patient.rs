//! A socket for greenlets: what would have to wait pauses.

use crate::fetch::is_early;
use crate::{Reply, Request, Tasks, Yielder};
use callbacks::Socket;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

/// A socket on which a call pauses the greenlet that makes it, instead of
/// failing since it is too early. Whatever reads from anything, or writes to
/// anything, can use it, and need not know that it pauses.
pub struct Patient {
    socket: Socket,
    deadline: Instant,
}

impl Patient {
    /// A socket on which nothing waits beyond `deadline`: what would have to
    /// fails with [`TimedOut`](io::ErrorKind::TimedOut).
    pub fn new(socket: Socket, deadline: Instant) -> Patient {
        Patient { socket, deadline }
    }

    /// Connects, and pauses until that is done.
    ///
    /// # Errors
    ///
    /// If it cannot be connected, or not in time.
    pub fn connect(
        tasks: &Tasks,
        to: SocketAddr,
        deadline: Instant,
    ) -> io::Result<Patient> {
        let mut socket = Socket::connect(&mut tasks.events(), to)?;
        while !socket.is_connected()? {
            pause(Request::writable(&socket).by(deadline))?;
        }
        Ok(Patient { socket, deadline })
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // First, so that a peer that sends without end keeps no other task
            // from its turn.
            pause(Request::readable(&self.socket).by(self.deadline))?;
            match self.socket.read(buffer) {
                Err(why) if is_early(&why) => {}
                read => return read,
            }
        }
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.socket.write(bytes) {
                Err(why) if is_early(&why) => {
                    pause(Request::writable(&self.socket).by(self.deadline))?;
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Pauses the greenlet in which this is called, until there is what it asks
/// for.
///
/// # Errors
///
/// The reply of the trampoline, if that is one.
///
/// # Panics
///
/// If no task of a trampoline runs here that is a greenlet.
#[track_caller]
pub fn pause(request: Request) -> Reply {
    let reply = Yielder::with_current(|y| y.suspend(request));
    reply.expect("a task that is a greenlet runs")
}
