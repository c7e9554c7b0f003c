//! One page, fetched by a task.

use crate::net::TcpStream;
use crate::time::timeout_at;
use futures_io::{AsyncRead, AsyncWrite};
use lab::{Failure, Fetched, Incoming, Url, address, request};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::time::Instant;

/// Fetches a page, and gives up on it at `deadline`, even if a part has come.
/// Dropping the future ends the fetch.
///
/// Only the first page of a host may block, while its name is looked up (see
/// [`address`]).
///
/// # Errors
///
/// [`Failure`] says why there is no page.
pub async fn fetch_by(url: &Url, deadline: Instant) -> Fetched {
    let fetched = timeout_at(deadline, fetch(url)).await;
    fetched.unwrap_or(Err(Failure::TimedOut))
}

async fn fetch(url: &Url) -> Fetched {
    fetch_over(TcpStream::connect(address(url)?).await?, url).await
}

/// Fetches a page over a connection to its host. Any will do, on any executor:
/// it waits only for the connection.
///
/// # Errors
///
/// [`Failure`] says why there is no page.
pub async fn fetch_over(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    url: &Url,
) -> Fetched {
    write_all(&mut stream, &request(url)).await?;

    let mut incoming = Incoming::new(url);
    let mut buffer = [0; 4096];
    loop {
        // This task stops here until the kernel has bytes for it.
        let n = read(&mut stream, &mut buffer).await?;
        if let Some(page) = incoming.take(&buffer[..n])? {
            return Ok(page);
        }
    }
}

/// Reads what has come, and waits for it if nothing has; 0 bytes are the end.
///
/// # Errors
///
/// If the connection breaks.
pub async fn read(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut [u8],
) -> io::Result<usize> {
    poll_fn(|context| Pin::new(&mut *from).poll_read(context, to)).await
}

/// Writes all of `bytes`. If it is dropped, a part of them may be written.
///
/// # Errors
///
/// If the connection breaks.
pub async fn write_all(
    to: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
) -> io::Result<()> {
    let mut sent = 0;
    while sent < bytes.len() {
        let left = &bytes[sent..];
        sent += poll_fn(|context| Pin::new(&mut *to).poll_write(context, left))
            .await?;
    }
    Ok(())
}
