//! Keeps the pieces as they were sent, and how far the first one has gone out.
//! Many go out in one write.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, Write};

/// How often one call of `flush` may write: other sockets want their turn.
pub const MOST: usize = 16;

/// The system takes no more pieces in one write.
const AT_ONCE: usize = 1024;

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
        let mut result = Ok(());
        for _ in 0..MOST {
            let pieces = self.waiting.iter().take(AT_ONCE);
            let mut slices: Vec<_> =
                pieces.map(|piece| IoSlice::new(piece)).collect();
            let Some(first) = slices.first_mut() else { break };
            first.advance(self.taken);
            match socket.write_vectored(&slices) {
                Ok(0) => result = Err(ErrorKind::WriteZero.into()),
                Ok(taken) => self.take_off(taken),
                Err(why) if why.kind() == ErrorKind::WouldBlock => break,
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) => result = Err(why),
            }
            if result.is_err() {
                break;
            }
        }
        if self.waiting.is_empty() {
            self.waiting.shrink_to_fit();
        }
        result.map(|()| !self.waiting.is_empty())
    }

    fn take_off(&mut self, taken: usize) {
        self.taken += taken;
        while let Some(first) = self.waiting.front()
            && self.taken >= first.len()
        {
            self.taken -= first.len();
            self.waiting.pop_front();
        }
    }
}

#[path = "partial-write/check.rs"]
mod check;
