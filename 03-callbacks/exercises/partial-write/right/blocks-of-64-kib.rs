//! Blocks of one size, of which the last one is filled and the first one goes
//! out.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};

/// How often one call of `flush` may write: other sockets want their turn.
pub const MOST: usize = 16;

const BLOCK: usize = 1 << 16;

/// Bytes on their way to a socket.
#[derive(Default)]
pub struct Outbox {
    /// None is empty, and all but the last one are full.
    blocks: VecDeque<Vec<u8>>,
    /// How many bytes of the first block it has taken.
    taken: usize,
}

impl Outbox {
    /// Has these bytes go out, after those that wait already.
    pub fn send(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.blocks.back().is_none_or(|block| block.len() == BLOCK) {
                self.blocks.push_back(Vec::new());
            }
            let last = self.blocks.back_mut().expect("there is one");
            let room = BLOCK - last.len();
            let (now, later) = bytes.split_at(bytes.len().min(room));
            last.extend(now);
            bytes = later;
        }
    }

    /// Writes what the socket takes now. The loop calls this when the socket is
    /// writable, and again if it is true that something is left. A socket that
    /// takes 0 bytes is an error, `WriteZero`. After an error, what was not
    /// taken is still here.
    pub fn flush(&mut self, socket: &mut impl Write) -> io::Result<bool> {
        for _ in 0..MOST {
            let Some(first) = self.blocks.front() else { break };
            match socket.write(&first[self.taken..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => self.taken += taken,
                Err(why) if why.kind() == ErrorKind::WouldBlock => break,
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) => return Err(why),
            }
            if self.taken == first.len() {
                self.blocks.pop_front();
                self.taken = 0;
            }
        }
        if self.blocks.is_empty() {
            self.blocks = VecDeque::new();
        }
        Ok(!self.blocks.is_empty())
    }
}

#[path = "partial-write/check.rs"]
mod check;
