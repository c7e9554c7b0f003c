//! 3-6 · The fetch, torn: each wait ends a function and begins another.
//!
//!     cargo run -p callbacks --bin 3-6-the-fetch-torn
//!
//! Look at the two backtraces: one of them says which function wants a page.

use callbacks::steps::{print, print_callers, read_page, show_blocking};
use callbacks::{Loop, Socket};
use lab::{Failure, Fetched, Incoming, Site, Url, address, request};
use std::io::{self, Write};

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let mut events = Loop::new()?;

    show_blocking(&site.page(0))?;
    for url in site.pages(8) {
        show(&mut events, url)?;
    }
    events.run()?;

    site.finish();
    print_callers();
    Ok(())
}

fn show(events: &mut Loop, url: Url) -> io::Result<()> {
    let socket = Socket::connect(events, address(&url)?)?;
    let fetch = Fetch { incoming: Incoming::new(&url), url, then: print };
    fetch.connect(events, socket);
    Ok(())
}

/// What `fetch_blocking` has on its stack, and what comes after it.
struct Fetch {
    url: Url,
    incoming: Incoming,
    then: fn(Fetched),
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
        match read_page(&mut socket, &mut self.incoming).transpose() {
            Some(fetched) => (self.then)(fetched),
            None => self.wait(events, socket),
        }
    }
}
