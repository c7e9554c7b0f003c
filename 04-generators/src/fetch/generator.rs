//! One page, fetched by a generator: the compiler writes the enum.

use super::{Then, receive, send};
use crate::{AsyncYielder, Generator, Reply, Request, Tasks};
use callbacks::Socket;
use lab::{Fetched, Incoming, Url, address, request};
use std::io;
use std::time::Instant;

/// Spawns a generator that runs [`fetch`].
pub fn spawn(
    tasks: &Tasks,
    url: &Url,
    deadline: Instant,
    then: Then,
) -> io::Result<()> {
    let (own, url) = (tasks.clone(), url.clone());
    let body = move |_, y: AsyncYielder<Reply, Request>| async move {
        then(fetch(&own, &url, deadline, &y).await);
    };
    tasks.spawn("fetch", Generator::new(body));
    Ok(())
}

/// Fetches a page. It can pause, since it is `async` and is given `y`.
async fn fetch(
    tasks: &Tasks,
    url: &Url,
    deadline: Instant,
    y: &AsyncYielder<Reply, Request>,
) -> Fetched {
    let to = address(url)?;
    let mut socket = Socket::connect(&mut tasks.events(), to)?;
    while !socket.is_connected()? {
        y.suspend(Request::writable(&socket).by(deadline)).await?;
    }

    let bytes = request(url);
    let mut sent = send(&mut socket, &bytes)?;
    while sent < bytes.len() {
        y.suspend(Request::writable(&socket).by(deadline)).await?;
        sent += send(&mut socket, &bytes[sent..])?;
    }

    let mut incoming = Incoming::new(url);
    loop {
        y.suspend(Request::readable(&socket).by(deadline)).await?;
        if let Some(page) = receive(&mut socket, &mut incoming)? {
            return Ok(page);
        }
    }
}
