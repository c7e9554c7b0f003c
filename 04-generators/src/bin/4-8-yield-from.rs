//! 4-8 · Yield from: each call on the way to a pause pauses as well.
//!
//!     cargo run -p generators --bin 4-8-yield-from
//!
//! Look at the words `async` and `.await`: each call on the way has them.

use callbacks::steps::print;
use callbacks::{Loop, Socket};
use generators::{AsyncYielder, Generator, Resumed};
use lab::{Failure, Fetched, Incoming, Site, Url, address, request};
use std::io::{self, ErrorKind, Read, Write};

type Y = AsyncYielder<(), Request>;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let mut events = Loop::new()?;

    let mut kept = 0;
    for url in site.pages(8) {
        let socket = Socket::connect(&mut events, address(&url)?)?;
        let fetch = Generator::new(|(), y| fetch(y, url, socket));
        kept = fetch.size();
        resume(&mut events, fetch);
    }
    println!("each keeps {kept} bytes while it pauses");
    events.run()?;

    site.finish();
    Ok(())
}

enum Request {
    Readable(Socket),
    Writable(Socket),
}

/// Resumes a generator, and again whenever there is what it waits for.
fn resume(events: &mut Loop, mut fetch: Generator<(), Request, Fetched>) {
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

async fn fetch(y: Y, url: Url, mut socket: Socket) -> Fetched {
    while !socket.is_connected()? {
        y.suspend(Request::Writable(socket.clone())).await;
    }
    socket.write_all(&request(&url))?;

    let mut incoming = Incoming::new(&url);
    let mut lines = Lines { socket, bytes: Vec::new() };
    loop {
        let line = lines.read_line(&y).await?;
        if let Some(page) = incoming.take(&line)? {
            return Ok(page);
        }
    }
}

struct Lines {
    socket: Socket,
    bytes: Vec<u8>,
}

impl Lines {
    /// The next line; what is left, at the end.
    async fn read_line(&mut self, y: &Y) -> io::Result<Vec<u8>> {
        loop {
            let mut bytes = self.bytes.iter();
            if let Some(end) = bytes.position(|byte| *byte == b'\n') {
                return Ok(self.bytes.drain(..=end).collect());
            }
            if self.read(y).await? == 0 {
                return Ok(std::mem::take(&mut self.bytes));
            }
        }
    }

    /// Reads whatever has come, and pauses if that is nothing.
    async fn read(&mut self, y: &Y) -> io::Result<usize> {
        let mut buffer = [0; 4096];
        let n = loop {
            match self.socket.read(&mut buffer) {
                Err(why) if why.kind() == ErrorKind::WouldBlock => {
                    y.suspend(Request::Readable(self.socket.clone())).await;
                }
                read => break read?,
            }
        };
        self.bytes.extend(&buffer[..n]);
        Ok(n)
    }
}
