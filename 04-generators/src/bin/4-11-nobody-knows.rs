//! 4-11 · Nobody knows: std's `read_until` pauses, and cannot tell.
//!
//!     cargo run -p generators --bin 4-11-nobody-knows
//!
//! Look at the backtrace: between `fetch` and the pause is code of std alone.

use callbacks::steps::print;
use callbacks::{Loop, Socket};
use generators::steps::{note_callers, print_callers};
use generators::{Greenlet, Resumed, Yielder};
use lab::{Failure, Fetched, Incoming, Site, Url, address, request};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let mut events = Loop::new()?;

    for url in site.pages(8) {
        let socket = Socket::connect(&mut events, address(&url)?)?;
        let fetch = Greenlet::new("fetch", |(), _| fetch(url, socket))?;
        resume(&mut events, fetch);
    }
    events.run()?;

    site.finish();
    print_callers();
    Ok(())
}

enum Request {
    Readable(Socket),
    Writable(Socket),
}

/// Resumes a greenlet, and again whenever there is what it waits for.
fn resume(events: &mut Loop, mut fetch: Greenlet<(), Request, Fetched>) {
    match fetch.resume(()) {
        Resumed::Yielded(Request::Readable(socket)) => {
            events.when_readable(socket, |events, _| resume(events, fetch));
        }
        Resumed::Yielded(Request::Writable(socket)) => {
            events.when_writable(socket, |events, _| resume(events, fetch));
        }
        Resumed::Returned(fetched) => print(fetched),
    }
}

/// Pauses whichever greenlet runs.
fn suspend(request: Request) {
    let paused = Yielder::<(), _>::with_current(|y| y.suspend(request));
    paused.expect("a greenlet runs");
}

fn fetch(url: Url, mut socket: Socket) -> Fetched {
    while !socket.is_connected()? {
        suspend(Request::Writable(socket.clone()));
    }
    socket.write_all(&request(&url))?;

    let mut incoming = Incoming::new(&url);
    let mut lines = BufReader::new(Patient(socket));
    loop {
        let mut line = Vec::new();
        lines.read_until(b'\n', &mut line)?;
        if let Some(page) = incoming.take(&line)? {
            return Ok(page);
        }
    }
}

/// A socket that waits until there is something to read.
struct Patient(Socket);

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(why) if why.kind() == ErrorKind::WouldBlock => {
                    suspend(Request::Readable(self.0.clone()));
                    note_callers();
                }
                read => return read,
            }
        }
    }
}
