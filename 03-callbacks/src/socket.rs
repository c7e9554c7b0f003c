//! A socket that a loop can wait for.

use crate::event_loop::{Loop, next_number};
use polling::{Event, Poller};
use rustix::io::{Errno, ioctl_fionbio};
use socket2::{Domain, Type};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::sync::Arc;

/// A socket, or another descriptor, that a loop can wait for. It never blocks:
/// what would have to wait fails with
/// [`WouldBlock`](std::io::ErrorKind::WouldBlock).
///
/// A clone is the same socket: so one callback can wait to read, and another to
/// write. The socket is closed once the last clone is dropped, and the loop
/// does not wait for it.
pub struct Socket<T: AsFd + ?Sized = TcpStream> {
    pub(crate) shared: Rc<Shared<T>>,
    /// Why the loop could not wait for it; the next read or write says so.
    pub(crate) error: Option<io::Error>,
}

/// What the kernel, the loop and the clones of a socket share.
pub(crate) struct Shared<T: AsFd + ?Sized> {
    /// The number by which the kernel reports it.
    pub key: usize,
    pub poller: Arc<Poller>,
    pub source: T,
}

impl<T: AsFd + Into<OwnedFd> + 'static> Socket<T> {
    /// Hands `source` to a loop, and makes it non-blocking. A file on a disk is
    /// refused on Linux: it is always ready.
    ///
    /// A loop has each descriptor once, since it has to own it:
    ///
    /// ```compile_fail,E0277
    /// let mut events = callbacks::Loop::new().unwrap();
    /// let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    /// let shared = std::rc::Rc::new(ours);
    /// callbacks::Socket::new(&mut events, shared.clone());
    /// ```
    ///
    /// # Errors
    ///
    /// If the kernel cannot wait for it.
    pub fn new(events: &mut Loop, source: T) -> io::Result<Socket<T>> {
        ioctl_fionbio(&source, true)?;
        Socket::register(events, source)
    }

    /// Lets the kernel watch a `source`, a descriptor that does not block.
    #[expect(unsafe_code, reason = "only here is it known when it is closed")]
    fn register(events: &mut Loop, source: T) -> io::Result<Socket<T>> {
        let (key, poller) = (next_number(), events.poller.clone());
        // SAFETY: `Shared` deletes the source before it drops it.
        unsafe { poller.add(&source.as_fd(), Event::none(key)) }?;
        Ok(Socket {
            shared: Rc::new(Shared { key, poller, source }),
            error: None,
        })
    }
}

impl<T: AsFd + 'static> Socket<T> {
    /// The same socket, without saying what kind of socket it is.
    pub fn any(&self) -> Socket<dyn AsFd> {
        Socket { shared: self.shared.clone(), error: None }
    }
}

impl<T: AsFd + ?Sized> Socket<T> {
    /// What was handed to the loop.
    pub fn get_ref(&self) -> &T {
        &self.shared.source
    }

    /// Says why the loop could not wait, if it could not.
    fn check(&mut self) -> io::Result<()> {
        self.error.take().map_or(Ok(()), Err)
    }
}

impl Socket {
    /// Begins to connect. It is writable once it is connected, or has failed.
    ///
    /// # Errors
    ///
    /// If that is certain at once.
    pub fn connect(events: &mut Loop, to: SocketAddr) -> io::Result<Socket> {
        let socket =
            socket2::Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        ioctl_fionbio(&socket, true)?;
        match socket.connect(&to.into()) {
            Err(why)
                if Errno::from_io_error(&why) != Some(Errno::INPROGRESS) =>
            {
                Err(why)
            }
            // The connection is under way, or even made already.
            _ => Socket::register(events, socket.into()),
        }
    }

    /// Set once it is connected. A callback that waits for it may be called too
    /// early, so look.
    ///
    /// # Errors
    ///
    /// If it cannot be connected.
    pub fn is_connected(&mut self) -> io::Result<bool> {
        self.check()?;
        match self.get_ref().peer_addr() {
            Err(why) if why.kind() == io::ErrorKind::NotConnected => {
                self.get_ref().take_error()?.map_or(Ok(false), Err)
            }
            connected => connected.map(|_| true),
        }
    }
}

impl Socket<TcpListener> {
    /// Takes the next connection.
    ///
    /// # Errors
    ///
    /// If there is none yet, or no descriptor for it. Then the listener stays
    /// ready: to wait for it at once would be a loop without a pause. Wait with
    /// a timer.
    pub fn accept(&mut self) -> io::Result<TcpStream> {
        self.check()?;
        self.get_ref().accept().map(|(stream, _)| stream)
    }
}

impl<T: AsFd + ?Sized> Clone for Socket<T> {
    fn clone(&self) -> Socket<T> {
        Socket { shared: self.shared.clone(), error: None }
    }
}

impl<T: AsFd> Read for Socket<T>
where
    for<'a> &'a T: Read,
{
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.get_ref().read(buffer)
    }
}

impl<T: AsFd> Write for Socket<T>
where
    for<'a> &'a T: Write,
{
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check()?;
        self.get_ref().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.get_ref().flush()
    }
}

impl<T: AsFd + ?Sized> Drop for Shared<T> {
    fn drop(&mut self) {
        // Before it is closed: if a duplicate lives in a child, say, the kernel
        // would report it for ever, and could not be told to stop.
        let _ = self.poller.delete(&self.source);
    }
}
