//! 3-6 · The fetch, torn: each wait ends a function and begins another.
//!
//!     cargo run -p callbacks --bin 3-6-the-fetch-torn
//!
//! Look at the two backtraces: one of them says which function wants a page.

use callbacks::steps::{fetch_blocking, note_callers, print_callers};
use callbacks::{Loop, Socket};
use lab::{Failure, Fetched, Incoming, Site, Url, address, request};
use std::io::{self, ErrorKind, Read, Write};

fn main() -> Result<(), Failure> {
    let site = Site::start();
    show_blocking(&site.page(0))?;

    let mut events = Loop::new()?;
    for url in site.pages(8) {
        show(&mut events, url)?;
    }
    events.run()?;

    site.finish();
    print_callers();
    Ok(())
}

fn show_blocking(url: &Url) -> Result<(), Failure> {
    println!("{}", fetch_blocking(url)?);
    Ok(())
}

fn show(events: &mut Loop, url: Url) -> io::Result<()> {
    fetch(events, url, |fetched| match fetched {
        Ok(page) => println!("{page}"),
        Err(why) => println!("no page: {why}"),
    })
}

fn fetch(
    events: &mut Loop,
    url: Url,
    then: impl FnOnce(Fetched) + 'static,
) -> io::Result<()> {
    let socket = Socket::connect(events, address(&url)?)?;
    let incoming = Incoming::new(&url);
    let fetch = Fetch { url, incoming, then: Box::new(then) };
    fetch.connect(events, socket);
    Ok(())
}

/// What `fetch_blocking` has on its stack, and what comes after it.
struct Fetch {
    url: Url,
    incoming: Incoming,
    then: Box<dyn FnOnce(Fetched)>,
}

impl Fetch {
    fn connect(self, events: &mut Loop, socket: Socket) {
        events.when_writable(socket, |events, mut socket| {
            match socket.is_connected() {
                Ok(true) => self.send(events, socket),
                Ok(false) => self.connect(events, socket),
                Err(why) => (self.then)(Err(why.into())),
            }
        });
    }

    fn send(self, events: &mut Loop, mut socket: Socket) {
        // A new connection has room for so few bytes.
        match socket.write_all(&request(&self.url)) {
            Ok(()) => self.wait(events, socket),
            Err(why) => (self.then)(Err(why.into())),
        }
    }

    fn wait(self, events: &mut Loop, socket: Socket) {
        events.when_readable(socket, |events, socket| {
            self.receive(events, socket);
        });
    }

    fn receive(mut self, events: &mut Loop, mut socket: Socket) {
        let mut buffer = [0; 4096];
        let read = socket.read(&mut buffer);
        note_callers("read in a callback");
        let page = match read {
            Ok(n) => self.incoming.take(&buffer[..n]),
            Err(why) if why.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(why) => Err(why.into()),
        };
        match page.transpose() {
            None => self.wait(events, socket),
            Some(fetched) => (self.then)(fetched),
        }
    }
}
