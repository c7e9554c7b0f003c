//! One page, fetched by a task of tokio's.

use lab::{Failure, Fetched, Incoming, Url, address, request};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout_at;

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
    let fetched = timeout_at(deadline.into(), fetch(url)).await;
    fetched.unwrap_or(Err(Failure::TimedOut))
}

/// Fetches a page, however long it takes.
///
/// # Errors
///
/// [`Failure`] says why there is no page.
pub async fn fetch(url: &Url) -> Fetched {
    let mut stream = TcpStream::connect(address(url)?).await?;
    stream.write_all(&request(url)).await?;

    let mut incoming = Incoming::new(url);
    let mut buffer = [0; 4096];
    loop {
        // This task stops here until the kernel has bytes for it.
        let n = stream.read(&mut buffer).await?;
        if let Some(page) = incoming.take(&buffer[..n])? {
            return Ok(page);
        }
    }
}
