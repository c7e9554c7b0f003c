//! Sockets that wait in the executor's own loop.
//!
//! What would block waits instead, and other tasks run meanwhile. An operation
//! is tried first; only if it would block, its task waits until the kernel
//! reports that the socket is ready. After 128 operations that were ready, a
//! task lets others have their turn.
//!
//! A socket belongs to the `block_on` in which it was made, and may be used on
//! other threads. Once that `block_on` has returned, it gives errors, and so it
//! does if it is made where none runs. Two tasks may use the same socket, one
//! for each direction; more may, where a method takes `&self` and is `async`.
//!
//! Dropping such a method's future, before it is ready, loses nothing: they are
//! all *cancel safe*. So are the single reads and writes of
//! [`AsyncRead`](futures_io::AsyncRead) and
//! [`AsyncWrite`](futures_io::AsyncWrite), but not what reads or writes more
//! than once, such as `read_exact` and `write_all`.
//!
//! What is written goes to the system at once, and `flush` has nothing to do.
//! So `copy` of the crate `futures`, which flushes at the end only, keeps
//! nothing back while its reader stalls; unless it copies to a `BufWriter`.
//!
//! An address may be the name of a host. It is looked up by the system, and
//! this thread waits for it: let [`unblock`](crate::unblock()) do that, where
//! it may take long.

pub mod tcp;
mod udp;

pub use tcp::{TcpListener, TcpStream};
pub use udp::UdpSocket;

use std::io::{Error, ErrorKind};

/// Why nothing was tried.
fn no_address() -> Error {
    Error::new(ErrorKind::InvalidInput, "the name has no address")
}
