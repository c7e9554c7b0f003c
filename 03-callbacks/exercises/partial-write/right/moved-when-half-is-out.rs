//! A `Vec`, and how much of it has gone out. When that is half, the rest moves.

use std::io::{self, ErrorKind, Write};

/// How often one call of `flush` may write: other sockets want their turn.
pub const MOST: usize = 16;

/// Bytes on their way to a socket.
#[derive(Default)]
pub struct Outbox {
    /// The last ones, of which the socket has not taken some.
    bytes: Vec<u8>,
    /// How many of them it has taken.
    written: usize,
}

impl Outbox {
    /// Has these bytes go out, after those that wait already.
    pub fn send(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// Writes what the socket takes now. The loop calls this when the socket is
    /// writable, and again if it is true that something is left. A socket that
    /// takes 0 bytes is an error, `WriteZero`. After an error, what was not
    /// taken is still here.
    pub fn flush(&mut self, socket: &mut impl Write) -> io::Result<bool> {
        let mut writes = 0;
        while self.written < self.bytes.len() && writes < MOST {
            writes += 1;
            match socket.write(&self.bytes[self.written..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => self.written += taken,
                Err(why) if why.kind() == ErrorKind::WouldBlock => break,
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) => return Err(why),
            }
        }
        // Each byte that is moved makes up for one that has gone out.
        if 2 * self.written >= self.bytes.len() {
            self.bytes = self.bytes.split_off(self.written);
            self.written = 0;
        }
        Ok(!self.bytes.is_empty())
    }
}

#[path = "partial-write/check.rs"]
mod check;
