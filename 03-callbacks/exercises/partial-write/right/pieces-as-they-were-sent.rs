//! Keeps the pieces as they were sent, and how far the first one has gone out.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};

/// How often one call of `flush` may write: other sockets want their turn.
pub const MOST: usize = 16;

/// Bytes on their way to a socket.
#[derive(Default)]
pub struct Outbox {
    /// What the socket has not taken yet.
    waiting: VecDeque<Vec<u8>>,
    /// How many bytes of the first piece it has taken.
    taken: usize,
}

impl Outbox {
    /// Has these bytes go out, after those that wait already.
    pub fn send(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.waiting.push_back(bytes.to_vec());
        }
    }

    /// Writes what the socket takes now. The loop calls this when the socket is
    /// writable, and again if it is true that something is left. A socket that
    /// takes 0 bytes is an error, `WriteZero`. After an error, what was not
    /// taken is still here.
    pub fn flush(&mut self, socket: &mut impl Write) -> io::Result<bool> {
        let mut writes = 0;
        let result = loop {
            let Some(first) = self.waiting.front() else { break Ok(false) };
            if writes == MOST {
                break Ok(true);
            }
            writes += 1;
            match socket.write(&first[self.taken..]) {
                Ok(0) => break Err(ErrorKind::WriteZero.into()),
                Ok(taken) => self.taken += taken,
                Err(why) if why.kind() == ErrorKind::WouldBlock => {
                    break Ok(true);
                }
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) => break Err(why),
            }
            if self.taken == first.len() {
                self.waiting.pop_front();
                self.taken = 0;
            }
        };
        if self.waiting.is_empty() {
            self.waiting.shrink_to_fit();
        }
        result
    }
}

#[path = "partial-write/check.rs"]
mod check;
