//! Sockets that wait in the executor's loop.

mod ending;
mod files;
mod listening;
mod streams;
mod turns;
mod udp;

use own_executor::net::{TcpListener, TcpStream};
use std::net;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A connection: our end, and the other one, which blocks.
pub(crate) async fn pair() -> (TcpStream, net::TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    let theirs = net::TcpStream::connect(to).unwrap();
    let (ours, from) = listener.accept().await.unwrap();
    assert_eq!(from, theirs.local_addr().unwrap());
    (ours, theirs)
}

/// Both ends are ours.
pub(crate) async fn both_ours() -> (TcpStream, TcpStream) {
    let (ours, theirs) = pair().await;
    (ours, TcpStream::from_std(theirs).unwrap())
}

/// How many descriptors this process has.
fn descriptors() -> usize {
    std::fs::read_dir("/dev/fd").unwrap().count()
}

/// Polls a read once.
pub(crate) fn poll_read(
    stream: &mut TcpStream,
    context: &mut Context<'_>,
    buffer: &mut [u8],
) -> Poll<std::io::Result<usize>> {
    futures_util::AsyncRead::poll_read(Pin::new(stream), context, buffer)
}
