//! Hands over both parts of the ring in one call.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, Write};

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
        for _ in 0..MOST {
            let (first, second) = self.waiting.as_slices();
            if first.is_empty() {
                break;
            }
            let both = [IoSlice::new(first), IoSlice::new(second)];
            match socket.write_vectored(&both) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => drop(self.waiting.drain(..taken)),
                Err(why) => match why.kind() {
                    ErrorKind::WouldBlock => return Ok(true),
                    ErrorKind::Interrupted => continue,
                    _ => return Err(why),
                },
            }
        }
        if self.waiting.is_empty() {
            self.waiting = VecDeque::default();
        }
        Ok(!self.waiting.is_empty())
    }
}

#[path = "partial-write/check.rs"]
mod check;
