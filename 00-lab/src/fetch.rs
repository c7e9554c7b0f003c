//! One page, by a thread that waits for it.

use crate::http::{Fetched, Incoming, address, path, request};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use timeline::waiting;
use url::Url;

/// Fetches a page, and gives up on it after two seconds. This thread stops
/// until then.
///
/// # Errors
///
/// [`Failure`](crate::Failure) says why there is no page.
pub fn fetch(url: &Url) -> Fetched {
    fetch_by(url, Instant::now() + Duration::from_secs(2))
}

/// Fetches a page, and gives up on it at `deadline`, whatever has come until
/// then. This thread stops until it is here.
///
/// # Errors
///
/// [`Failure`](crate::Failure) says why there is no page.
pub fn fetch_by(url: &Url, deadline: Instant) -> Fetched {
    let _waiting = waiting(path(url));

    let mut socket = Socket::connect(address(url)?, deadline)?;
    socket.write_all(&request(url))?;

    let mut incoming = Incoming::new(url);
    let mut buffer = [0; 4096];
    loop {
        // This thread stops here until the kernel has bytes for it.
        let n = socket.read(&mut buffer)?;
        if let Some(page) = incoming.take(&buffer[..n])? {
            return Ok(page);
        }
    }
}

/// A socket on which everything together must be done by a deadline.
///
/// The kernel knows timeouts only, each for one call, and a server that sends
/// a byte now and then would begin it anew for ever. So each call is given
/// what is left.
struct Socket {
    stream: TcpStream,
    deadline: Instant,
}

impl Socket {
    fn connect(to: SocketAddr, deadline: Instant) -> io::Result<Socket> {
        let stream = TcpStream::connect_timeout(&to, left(deadline)?)?;
        Ok(Socket { stream, deadline })
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(Some(left(self.deadline)?))?;
            match self.stream.read(buffer) {
                Err(why) if is_early(&why) => {}
                read => return read,
            }
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.stream.set_write_timeout(Some(left(self.deadline)?))?;
            match self.stream.write(bytes) {
                Err(why) if is_early(&why) => {}
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Set if a call has ended for nothing: by a signal, or by its timeout, which
/// may be a little short. What is left then tells.
fn is_early(why: &io::Error) -> bool {
    matches!(
        why.kind(),
        ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut
    )
}

/// How long until `deadline`.
fn left(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}

#[cfg(test)]
mod tests;
