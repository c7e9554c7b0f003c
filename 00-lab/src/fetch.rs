//! Fetches one page on a thread that waits for it.

use crate::http::{Fetched, Incoming, address, path, request};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use timeline::waiting;
use url::Url;

/// Fetches a page, and gives up on it after two seconds. The thread is blocked
/// meanwhile.
///
/// # Errors
///
/// [`Failure`](crate::Failure) says why there is no page.
pub fn fetch(url: &Url) -> Fetched {
    fetch_by(url, Instant::now() + Duration::from_secs(2))
}

/// Fetches a page, and gives up on it at `deadline`, even if a part has come.
/// The thread is blocked meanwhile.
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

/// A socket with one deadline for all its calls together.
///
/// The kernel knows timeouts only, each for one call: a server that sends a
/// byte now and then would never run into one. So each call is given the time
/// that is left.
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

/// Set if a call has done nothing: a signal has ended it, or its timeout, which
/// may come a little early. Then the time that is left decides.
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
