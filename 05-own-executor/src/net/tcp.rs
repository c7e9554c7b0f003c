//! Connections, and what accepts them.

use super::no_address;
use crate::reactor::{Direction, OWN, Socket};
use futures_io::{AsyncRead, AsyncWrite};
use socket2::SockRef;
use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Result, Write};
use std::net::{self, Shutdown, SocketAddr, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Accepts connections.
#[derive(Debug)]
pub struct TcpListener {
    socket: Socket<mio::net::TcpListener>,
}

impl TcpListener {
    /// Listens at `addr`. With port 0 the system chooses a port. Up to 1,024
    /// connections wait to be accepted; what comes then tries again a second
    /// later.
    ///
    /// # Errors
    ///
    /// If the address is not to be had, or no descriptor is.
    pub async fn bind(addr: impl ToSocketAddrs) -> Result<TcpListener> {
        let listener = net::TcpListener::bind(addr)?;
        // The standard library lets 128 wait.
        SockRef::from(&listener).listen(1024)?;
        TcpListener::from_std(listener)
    }

    /// A listener from one of the standard library, which does not block from
    /// then on.
    ///
    /// # Errors
    ///
    /// If no `block_on` runs here, or no descriptor is left for the reactor.
    pub fn from_std(listener: net::TcpListener) -> Result<TcpListener> {
        listener.set_nonblocking(true)?;
        let listener = mio::net::TcpListener::from_std(listener);
        Ok(TcpListener { socket: Socket::new(listener)? })
    }

    /// Waits for a connection. Many tasks may, at a time.
    ///
    /// # Errors
    ///
    /// If there is no descriptor for it, say. Then the connection still waits,
    /// and the next call fails at once: sleep a little before it.
    pub async fn accept(&self) -> Result<(TcpStream, SocketAddr)> {
        let accept = |listener: &mio::net::TcpListener| listener.accept();
        let (stream, from) = self.socket.io(Direction::Read, accept).await?;
        Ok((TcpStream { socket: Socket::new(stream)? }, from))
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// If the system does not say.
    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.socket.get_ref().local_addr()
    }
}

/// A connection.
///
/// A reference to it can be read from and written to as well. So two tasks can
/// share it, one for each direction: as references, in an [`Arc`], or as
/// [halves](TcpStream::into_split). If two wait in the same direction, only the
/// last one is woken.
///
/// ```
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
/// use own_executor::net::{TcpListener, TcpStream};
///
/// own_executor::block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let to = listener.local_addr()?;
///     let echo = own_executor::spawn(async move {
///         let (stream, _) = listener.accept().await?;
///         let (from, mut to) = stream.into_split();
///         futures_util::io::copy(from, &mut to).await
///     });
///     let mut stream = TcpStream::connect(to).await?;
///     stream.write_all(b"hello").await?;
///     stream.close().await?;
///     let mut answer = String::new();
///     stream.read_to_string(&mut answer).await?;
///     assert_eq!(answer, "hello");
///     assert_eq!(echo.await.unwrap()?, 5);
///     std::io::Result::Ok(())
/// })
/// .unwrap();
/// ```
#[derive(Debug)]
pub struct TcpStream {
    socket: Socket<mio::net::TcpStream>,
}

impl TcpStream {
    /// Connects to `addr`; of several addresses to the first that accepts.
    /// Dropping the future ends the attempt.
    ///
    /// # Errors
    ///
    /// Why the last of them does not, or that no descriptor is left.
    pub async fn connect(addr: impl ToSocketAddrs) -> Result<TcpStream> {
        let mut last = no_address();
        for addr in addr.to_socket_addrs()? {
            match TcpStream::connect_to(addr).await {
                Err(why) => last = why,
                connected => return connected,
            }
        }
        Err(last)
    }

    async fn connect_to(addr: SocketAddr) -> Result<TcpStream> {
        let socket = Socket::new(mio::net::TcpStream::connect(addr)?)?;
        socket.io(Direction::Write, is_connected).await?;
        Ok(TcpStream { socket })
    }

    /// A connection from one of the standard library, which does not block from
    /// then on.
    ///
    /// # Errors
    ///
    /// If no `block_on` runs here, or no descriptor is left for the reactor.
    pub fn from_std(stream: net::TcpStream) -> Result<TcpStream> {
        stream.set_nonblocking(true)?;
        let stream = mio::net::TcpStream::from_std(stream);
        Ok(TcpStream { socket: Socket::new(stream)? })
    }

    /// This end.
    ///
    /// # Errors
    ///
    /// If the system does not say.
    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.socket.get_ref().local_addr()
    }

    /// The other end.
    ///
    /// # Errors
    ///
    /// If it is not connected any more.
    pub fn peer_addr(&self) -> Result<SocketAddr> {
        self.socket.get_ref().peer_addr()
    }

    /// Set if small writes are sent at once.
    ///
    /// # Errors
    ///
    /// If the system does not say.
    pub fn nodelay(&self) -> Result<bool> {
        self.socket.get_ref().nodelay()
    }

    /// Set if small writes are to be sent at once, instead of being collected
    /// while there are bytes under way.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_nodelay(&self, nodelay: bool) -> Result<()> {
        self.socket.get_ref().set_nodelay(nodelay)
    }

    /// Ends one direction, or both. If it has ended already, this is no error.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        match self.socket.get_ref().shutdown(how) {
            Err(why) if why.kind() == ErrorKind::NotConnected => Ok(()),
            done => done,
        }
    }

    /// Two halves, for two tasks. When both are dropped, it is closed.
    pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        let stream = Arc::new(self);
        (OwnedReadHalf { stream: stream.clone() }, OwnedWriteHalf { stream })
    }

    /// Reads or writes once, at most `all` bytes. If it was less, the next time
    /// would block.
    #[track_caller]
    fn poll_transfer(
        &self,
        direction: Direction,
        context: &mut Context<'_>,
        all: usize,
        transfer: impl FnMut(&mio::net::TcpStream) -> Result<usize>,
    ) -> Poll<Result<usize>> {
        let is_short = |n: &usize| (1..all).contains(n);
        self.socket.poll_io((direction, OWN), context, transfer, is_short)
    }
}

/// It may be reported too early, so it is asked.
fn is_connected(stream: &mio::net::TcpStream) -> Result<()> {
    if let Some(why) = stream.take_error()? {
        return Err(why);
    }
    match stream.peer_addr() {
        Err(why) if why.kind() == ErrorKind::NotConnected => {
            Err(ErrorKind::WouldBlock.into())
        }
        connected => connected.map(|_| ()),
    }
}

/// The half of a connection that is read. See [`TcpStream::into_split`].
#[derive(Debug)]
pub struct OwnedReadHalf {
    stream: Arc<TcpStream>,
}

/// The half of a connection that is written to. Dropping it tells the other end
/// that nothing more will come; the reading half works on.
#[derive(Debug)]
pub struct OwnedWriteHalf {
    stream: Arc<TcpStream>,
}

impl AsRef<TcpStream> for OwnedReadHalf {
    fn as_ref(&self) -> &TcpStream {
        &self.stream
    }
}

impl AsRef<TcpStream> for OwnedWriteHalf {
    fn as_ref(&self) -> &TcpStream {
        &self.stream
    }
}

impl AsRef<TcpStream> for TcpStream {
    fn as_ref(&self) -> &TcpStream {
        self
    }
}

impl Drop for OwnedWriteHalf {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

impl AsFd for TcpStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.get_ref().as_fd()
    }
}

/// The same for a stream, for a shared one, and for its half.
macro_rules! reads {
    ($half:ty) => {
        impl AsyncRead for $half {
            #[track_caller]
            fn poll_read(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<Result<usize>> {
                let stream: &TcpStream = (*self).as_ref();
                let all = buffer.len();
                let read = |mut it: &mio::net::TcpStream| it.read(buffer);
                stream.poll_transfer(Direction::Read, context, all, read)
            }

            #[track_caller]
            fn poll_read_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffers: &mut [IoSliceMut<'_>],
            ) -> Poll<Result<usize>> {
                let stream: &TcpStream = (*self).as_ref();
                let all = buffers.iter().map(|it| it.len()).sum();
                let read =
                    |mut it: &mio::net::TcpStream| it.read_vectored(buffers);
                stream.poll_transfer(Direction::Read, context, all, read)
            }
        }
    };
}

macro_rules! writes {
    ($half:ty) => {
        impl AsyncWrite for $half {
            #[track_caller]
            fn poll_write(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<Result<usize>> {
                let stream: &TcpStream = (*self).as_ref();
                let all = bytes.len();
                let write = |mut it: &mio::net::TcpStream| it.write(bytes);
                stream.poll_transfer(Direction::Write, context, all, write)
            }

            #[track_caller]
            fn poll_write_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                parts: &[IoSlice<'_>],
            ) -> Poll<Result<usize>> {
                let stream: &TcpStream = (*self).as_ref();
                let all = parts.iter().map(|it| it.len()).sum();
                let write =
                    |mut it: &mio::net::TcpStream| it.write_vectored(parts);
                stream.poll_transfer(Direction::Write, context, all, write)
            }

            /// Nothing is kept back here.
            fn poll_flush(
                self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Result<()>> {
                Poll::Ready(Ok(()))
            }

            /// Tells the other end that nothing more will come.
            fn poll_close(
                self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Result<()>> {
                let stream: &TcpStream = (*self).as_ref();
                Poll::Ready(stream.shutdown(Shutdown::Write))
            }
        }
    };
}

reads!(TcpStream);
reads!(&TcpStream);
reads!(OwnedReadHalf);
writes!(TcpStream);
writes!(&TcpStream);
writes!(OwnedWriteHalf);
