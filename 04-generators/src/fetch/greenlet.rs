//! One page, fetched by a greenlet: as on a thread, and nothing on the way
//! knows of the pauses.

use super::{Then, is_early};
use crate::{Greenlet, Reply, Request, Tasks, Yielder};
use callbacks::Socket;
use lab::{Fetched, Incoming, Url, address, request};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

/// Spawns a greenlet that runs [`fetch`].
pub fn spawn(
    tasks: &Tasks,
    url: &Url,
    deadline: Instant,
    then: Then,
) -> io::Result<()> {
    let (own, url) = (tasks.clone(), url.clone());
    let body = move |_, _: &Yielder<Reply, Request>| {
        then(fetch(&own, &url, deadline));
    };
    tasks.spawn("fetch", Greenlet::new("fetch", body)?);
    Ok(())
}

/// Fetches a page. It reads as if each call blocked.
fn fetch(tasks: &Tasks, url: &Url, deadline: Instant) -> Fetched {
    let mut socket = Patient::connect(tasks, address(url)?, deadline)?;
    socket.write_all(&request(url))?;
    read_page(&mut socket, url)
}

/// Reads a page to its end. Like `write_all`, which is std's, this knows
/// nothing of pauses: it can read from a file as well.
fn read_page(from: &mut impl Read, url: &Url) -> Fetched {
    let mut incoming = Incoming::new(url);
    let mut buffer = [0; 4096];
    loop {
        let n = from.read(&mut buffer)?;
        if let Some(page) = incoming.take(&buffer[..n])? {
            return Ok(page);
        }
    }
}

/// A socket on which a call pauses, instead of failing since it is too early.
struct Patient {
    socket: Socket,
    deadline: Instant,
}

impl Patient {
    fn connect(
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

/// Pauses the greenlet in which this is called.
fn pause(request: Request) -> Reply {
    Yielder::with_current(|y| y.suspend(request)).expect("it is in a greenlet")
}
