//! Knows what it waits for: a length, or the bytes of a frame, or nothing more.

use std::mem;

/// The most bytes that a frame may have.
pub const MOST: usize = 1000;

/// A frame is longer than [`MOST`].
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

#[derive(Default)]
enum State {
    #[default]
    Length,
    Frame(usize),
    Refused,
}

/// Frames on their way in.
#[derive(Default)]
pub struct Frames {
    state: State,
    got: Vec<u8>,
}

impl Frames {
    /// Takes the next piece. Gives back the frames that are whole by now.
    pub fn take(&mut self, piece: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        let mut piece = piece;
        let mut frames = Vec::new();
        loop {
            let wanted = match self.state {
                State::Length => 4,
                State::Frame(length) => length,
                State::Refused => return Err(TooLong),
            };
            let missing = wanted - self.got.len();
            let (now, later) = piece.split_at(missing.min(piece.len()));
            self.got.extend(now);
            piece = later;
            if self.got.len() < wanted {
                return Ok(frames);
            }
            let got = mem::take(&mut self.got);
            self.state = match self.state {
                State::Frame(_) => {
                    frames.push(got);
                    State::Length
                }
                _ => match got.iter().fold(0, |n, b| n << 8 | *b as usize) {
                    length if length > MOST => State::Refused,
                    length => State::Frame(length),
                },
            };
        }
    }
}

#[path = "split-frames/check.rs"]
mod check;
