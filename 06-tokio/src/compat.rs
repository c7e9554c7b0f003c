//! Sockets of tokio's for code that wants the traits of `futures`, as that of
//! rung 5 does. (The crate `tokio-util` has this under the same name.)

use futures_io::{AsyncRead, AsyncWrite};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::ReadBuf;
use tokio::net::TcpStream;

/// A connection of tokio's.
#[derive(Debug)]
pub struct Compat(pub TcpStream);

impl AsyncRead for Compat {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        // Tokio asks for a buffer that need not hold anything yet.
        let mut buffer = ReadBuf::new(buffer);
        let stream = Pin::new(&mut self.get_mut().0);
        ready!(tokio::io::AsyncRead::poll_read(stream, context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl AsyncWrite for Compat {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.get_mut().0);
        tokio::io::AsyncWrite::poll_write(stream, context, bytes)
    }

    fn poll_flush(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = Pin::new(&mut self.get_mut().0);
        tokio::io::AsyncWrite::poll_flush(stream, context)
    }

    fn poll_close(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = Pin::new(&mut self.get_mut().0);
        tokio::io::AsyncWrite::poll_shutdown(stream, context)
    }
}
