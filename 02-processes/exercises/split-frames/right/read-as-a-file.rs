//! Reads from what there is as from a file, and keeps what could not be read as
//! a whole.

use std::io::Read;

/// The most bytes that a frame may have.
pub const MOST: usize = 1000;

/// A frame is longer than [`MOST`].
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

/// Frames on their way in.
#[derive(Default)]
pub struct Frames {
    rest: Vec<u8>,
}

impl Frames {
    /// Takes the next piece. Gives back the frames that are whole by now.
    pub fn take(&mut self, piece: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        self.rest.extend_from_slice(piece);
        let mut frames = Vec::new();
        let mut whole = 0;
        let mut file = &self.rest[..];
        loop {
            let mut length = [0; 4];
            if file.read_exact(&mut length).is_err() {
                break;
            }
            let length = u32::from_be_bytes(length);
            if length > MOST as u32 {
                return Err(TooLong);
            }
            let mut frame = vec![0; length as usize];
            if file.read_exact(&mut frame).is_err() {
                break;
            }
            frames.push(frame);
            whole = self.rest.len() - file.len();
        }
        self.rest.drain(..whole);
        Ok(frames)
    }
}

#[path = "split-frames/check.rs"]
mod check;
