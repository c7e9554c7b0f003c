//! Exercise: a partial write.
//!
//!     cargo test -p callbacks --test partial-write
//!
//! A non-blocking socket takes as many of the bytes as it has room for, and
//! they may be few. The rest has to go out later, once there is room again. As
//! it stands, `flush` takes the socket for one that blocks. Mend it.

use std::collections::VecDeque;
use std::io::{self, Write};

/// How often one call of `flush` may write: other sockets want their turn.
pub const MOST: usize = 16;

/// Bytes on their way to a socket.
#[derive(Default)]
pub struct Outbox {
    /// What the socket has not taken yet.
    waiting: VecDeque<u8>,
}

impl Outbox {
    /// Has these bytes go out, after those that wait already.
    pub fn send(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
    }

    /// Writes what the socket takes now. The loop calls this when the socket is
    /// writable, and again if it is true that something is left. A socket that
    /// takes 0 bytes is an error, `WriteZero`. After an error, what was not
    /// taken is still here.
    pub fn flush(&mut self, socket: &mut impl Write) -> io::Result<bool> {
        socket.write_all(self.waiting.make_contiguous())?;
        self.waiting.clear();
        Ok(false)
    }
}

#[path = "partial-write/check.rs"]
mod check;
