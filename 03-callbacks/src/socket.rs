//! A socket that a loop can wait for.

use crate::event_loop::Loop;
use crate::slots::Slot;
use polling::Poller;
use rustix::io::{Errno, ioctl_fionbio};
use socket2::{Domain, Type};
use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::rc::Rc;
use std::sync::Arc;

/// A socket, or another descriptor, that a loop can wait for. It never blocks:
/// what would have to wait fails with
/// [`WouldBlock`](std::io::ErrorKind::WouldBlock).
///
/// A clone is the same socket: so one callback can wait to read, and another to
/// write. The socket is closed once the last clone is dropped, and the loop
/// does not wait for it.
pub struct Socket<T: AsFd = TcpStream> {
    pub(crate) registered: Rc<Registered<T>>,
    /// Why the loop could not wait for it; the next read or write says so.
    pub(crate) error: Option<io::Error>,
}

/// What the kernel, the loop and the clones of a socket share.
pub(crate) struct Registered<T: AsFd + ?Sized> {
    /// The number by which the kernel reports it.
    pub key: usize,
    /// Its lane.
    pub slot: Rc<Slot>,
    /// A second lane, in use while both directions wait.
    pub second_slot: OnceCell<Rc<Slot>>,
    pub poller: Arc<Poller>,
    /// The descriptors of all sockets of the loop.
    pub descriptors: Rc<RefCell<HashSet<RawFd>>>,
    pub source: T,
}

impl<T: AsFd + 'static> Socket<T> {
    /// Hands `source` to a loop, and makes it non-blocking. A file on a disk is
    /// refused on Linux: it is always ready.
    ///
    /// # Errors
    ///
    /// If the kernel cannot wait for it, or the loop has it already.
    #[track_caller]
    pub fn new(events: &mut Loop, source: T) -> io::Result<Socket<T>> {
        ioctl_fionbio(&source, true)?;
        events.register(source)
    }
}

impl<T: AsFd> Socket<T> {
    /// What was handed to the loop.
    pub fn get_ref(&self) -> &T {
        &self.registered.source
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
    #[track_caller]
    pub fn connect(events: &mut Loop, to: SocketAddr) -> io::Result<Socket> {
        let socket =
            socket2::Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        ioctl_fionbio(&socket, true)?;
        match socket.connect(&to.into()) {
            Err(why)
                if why.raw_os_error()
                    != Some(Errno::INPROGRESS.raw_os_error()) =>
            {
                Err(why)
            }
            // The connection is under way, or even made already.
            _ => events.register(socket.into()),
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
        let stream = self.get_ref();
        if let Some(why) = stream.take_error()? {
            return Err(why);
        }
        match stream.peer_addr() {
            Ok(_) => Ok(true),
            Err(why) if why.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(why) => Err(why),
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

impl<T: AsFd> Clone for Socket<T> {
    fn clone(&self) -> Socket<T> {
        Socket { registered: self.registered.clone(), error: None }
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

impl<T: AsFd + ?Sized> Drop for Registered<T> {
    fn drop(&mut self) {
        // Before it is closed: if a duplicate lives in a child, say, the kernel
        // would report it for ever, and could not be told to stop.
        let _ = self.poller.delete(&self.source);
        let descriptor = self.source.as_fd().as_raw_fd();
        self.descriptors.borrow_mut().remove(&descriptor);
    }
}
