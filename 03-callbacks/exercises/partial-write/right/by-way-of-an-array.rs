//! Takes out a piece, writes it, and puts back what was not taken.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

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
        // A piece of it is copied, since the ring may end in its middle.
        let mut piece = [0; 2048];
        let mut result = Ok(());
        for _ in 0..MOST {
            let length = self.waiting.read(&mut piece)?;
            if length == 0 {
                break;
            }
            let taken = match socket.write(&piece[..length]) {
                Ok(0) => Err(ErrorKind::WriteZero.into()),
                written => written,
            };
            // What was not taken goes back to the front.
            for byte in
                piece[*taken.as_ref().unwrap_or(&0)..length].iter().rev()
            {
                self.waiting.push_front(*byte);
            }
            match taken {
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) => {
                    result = Err(why);
                    break;
                }
                Ok(_) => {}
            }
        }
        match result {
            Err(why) if why.kind() != ErrorKind::WouldBlock => return Err(why),
            _ => {}
        }
        self.waiting.shrink_to(2 * self.waiting.len());
        Ok(!self.waiting.is_empty())
    }
}

#[path = "partial-write/check.rs"]
mod check;
