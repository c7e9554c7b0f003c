//! One page, fetched by a greenlet: as on a thread, and nothing on the way
//! knows of the pauses.

use super::Then;
use crate::{Greenlet, Patient, Reply, Request, Tasks, Yielder};
use lab::{Fetched, Incoming, Url, address, request};
use std::io::{self, Read, Write};
use std::time::Instant;

/// Spawns a greenlet that runs [`fetch`].
pub fn spawn(
    tasks: &Tasks,
    url: &Url,
    deadline: Instant,
    then: Then,
) -> io::Result<()> {
    let (own, url) = (tasks.clone(), url.clone());
    let body = move |_, _: &Yielder<Reply, Request>| {
        then(fetch(&own, &url, deadline));
    };
    tasks.spawn("fetch", Greenlet::new("fetch", body)?);
    Ok(())
}

/// Fetches a page. It reads as if each call blocked.
fn fetch(tasks: &Tasks, url: &Url, deadline: Instant) -> Fetched {
    let mut socket = Patient::connect(tasks, address(url)?, deadline)?;
    socket.write_all(&request(url))?;
    read_page(&mut socket, url)
}

/// Reads a page to its end. Like `write_all`, which is std's, this knows
/// nothing of pauses: it can read from a file as well.
fn read_page(from: &mut impl Read, url: &Url) -> Fetched {
    let mut incoming = Incoming::new(url);
    let mut buffer = [0; 4096];
    loop {
        let n = from.read(&mut buffer)?;
        if let Some(page) = incoming.take(&buffer[..n])? {
            return Ok(page);
        }
    }
}
