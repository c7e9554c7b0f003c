//! 3-1 · Do not wait: one thread asks eight sockets, again and again.
//!
//!     cargo run -p callbacks --bin 3-1-do-not-wait
//!
//! Look at the refusals, and at the CPU time: nearly all of the time that
//! passes.

use lab::{Failure, Incoming, Page, Site, Url, address, cpu_time, request};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let (start, cpu) = (Instant::now(), cpu_time());

    let mut fetches = Vec::new();
    for url in site.pages(8) {
        fetches.push(Fetch::begin(&url)?);
    }
    let mut refusals = 0;
    while !fetches.is_empty() {
        // From the last to the first, so that those before keep their numbers.
        for n in (0..fetches.len()).rev() {
            if let Some(page) = fetches[n].receive()? {
                println!("{page}");
                refusals += fetches.remove(n).refusals;
            }
        }
    }
    let (elapsed, cpu) = (start.elapsed(), cpu_time() - cpu);

    let seen = site.finish();
    println!("{elapsed:.0?}, CPU {cpu:.0?}, {} at once", seen.peak);
    println!("reads refused: {refusals}");
    Ok(())
}

/// A page under way.
struct Fetch {
    socket: TcpStream,
    incoming: Incoming,
    refusals: u64,
}

impl Fetch {
    /// Asks for a page, and does not wait for it.
    fn begin(url: &Url) -> Result<Fetch, Failure> {
        let mut socket = TcpStream::connect(address(url)?)?;
        socket.write_all(&request(url))?;
        // From here on a read that would have to wait is refused.
        socket.set_nonblocking(true)?;
        Ok(Fetch { socket, incoming: Incoming::new(url), refusals: 0 })
    }

    /// Takes what has come; gives back the page once it is whole.
    fn receive(&mut self) -> Result<Option<Page>, Failure> {
        let mut buffer = [0; 4096];
        match self.socket.read(&mut buffer) {
            Ok(n) => self.incoming.take(&buffer[..n]),
            Err(why) if why.kind() == ErrorKind::WouldBlock => {
                self.refusals += 1;
                Ok(None)
            }
            Err(why) => Err(why.into()),
        }
    }
}
