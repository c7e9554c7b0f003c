//! The same fetch three ways. They differ only in where they keep what they
//! need in order to go on after a pause.

mod machine;
mod generator;
mod greenlet;

use crate::Tasks;
use callbacks::Socket;
use lab::{Failure, Fetched, Incoming, Page, Url};
use std::io::{self, ErrorKind, Read, Write};
use std::time::Instant;

/// What is called with the page, once, in the task that has fetched it.
pub type Then = Box<dyn FnOnce(Fetched)>;

/// Spawns a task that fetches a page and gives up on it at a deadline.
///
/// Only the first page of a host may block, while its name is looked up (see
/// [`address`](lab::address)).
///
/// # Errors
///
/// If the task cannot be made. Then nothing is called.
pub type Spawn = fn(&Tasks, &Url, Instant, Then) -> io::Result<()>;

/// The way to fetch that is called `style`.
///
/// # Panics
///
/// If [`RUNG`](crate::RUNG) has no such style.
pub fn in_style(style: &str) -> Spawn {
    match style {
        "enum" => machine::spawn,
        "generator" => generator::spawn,
        "greenlet" => greenlet::spawn,
        _ => panic!("there is no style {style:?}"),
    }
}

/// Sends as much as there is room for now, and gives back how much that is.
fn send(socket: &mut Socket, bytes: &[u8]) -> io::Result<usize> {
    match socket.write(bytes) {
        Err(why) if is_early(&why) => Ok(0),
        sent => sent,
    }
}

/// Takes what has come, and gives back the page once it is whole.
fn receive(
    socket: &mut Socket,
    incoming: &mut Incoming,
) -> Result<Option<Page>, Failure> {
    let mut buffer = [0; 16 * 1024];
    match socket.read(&mut buffer) {
        Err(why) if is_early(&why) => Ok(None),
        read => incoming.take(&buffer[..read?]),
    }
}

/// Set if a call has done nothing, and is to be tried again.
pub(crate) fn is_early(why: &io::Error) -> bool {
    matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
