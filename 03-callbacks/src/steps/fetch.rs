//! A page under way, as step 3-1 builds it.

use super::note_callers;
use lab::{Failure, Fetched, Incoming, Page, Url, address, request};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

/// A page under way, on a socket that does not block.
pub struct Fetch {
    /// Where its answer comes in.
    pub socket: TcpStream,
    /// What it asks for.
    pub path: String,
    /// How often a read was refused, since it would have had to wait.
    pub refusals: u64,
    incoming: Incoming,
}

impl Fetch {
    /// Asks for a page, and does not wait for it.
    ///
    /// # Errors
    ///
    /// If the site cannot be asked.
    pub fn begin(url: &Url) -> Result<Fetch, Failure> {
        let mut socket = TcpStream::connect(address(url)?)?;
        socket.write_all(&request(url))?;
        // From here on a read that would have to wait is refused.
        socket.set_nonblocking(true)?;
        let (path, incoming) = (url.path().to_owned(), Incoming::new(url));
        Ok(Fetch { socket, path, incoming, refusals: 0 })
    }

    /// Takes what has come; gives back the page once it is whole.
    ///
    /// # Errors
    ///
    /// If there will be no page.
    pub fn receive(&mut self) -> Result<Option<Page>, Failure> {
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

/// Takes what has come on a socket that does not block, as in step 3-1; gives
/// back the page once it is whole. Notes at the first call which functions are
/// under way.
///
/// # Errors
///
/// If there will be no page.
pub fn read_page(
    socket: &mut impl Read,
    incoming: &mut Incoming,
) -> Result<Option<Page>, Failure> {
    let mut buffer = [0; 4096];
    let read = socket.read(&mut buffer);
    note_callers("read in a callback");
    match read {
        Ok(n) => incoming.take(&buffer[..n]),
        Err(why) if why.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(why) => Err(why.into()),
    }
}

/// Prints a page, or why there is none.
pub fn print(fetched: Fetched) {
    match fetched {
        Ok(page) => println!("{page}"),
        Err(why) => println!("no page: {why}"),
    }
}
