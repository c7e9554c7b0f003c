//! 4-7 · Trampoline: a generator yields what it waits for, and rung 3's loop
//! resumes it.
//!
//!     cargo run -p generators --bin 4-7-trampoline
//!
//! Look at the fetch: it is that of rung 0 again, and eight share a thread.

use callbacks::steps::print;
use callbacks::{Loop, Socket};
use generators::{AsyncYielder, Generator, Resumed};
use lab::{Failure, Fetched, Incoming, Site, Url, address, request};
use std::io::{ErrorKind, Read, Write};

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
    let mut buffer = [0; 4096];
    loop {
        let n = match socket.read(&mut buffer) {
            Err(why) if why.kind() == ErrorKind::WouldBlock => {
                y.suspend(Request::Readable(socket.clone())).await;
                continue;
            }
            read => read?,
        };
        if let Some(page) = incoming.take(&buffer[..n])? {
            return Ok(page);
        }
    }
}
