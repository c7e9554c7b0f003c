//! One byte after the other, with no eye for what comes. A length that was
//! refused stays where it is, and is refused again.

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
        let mut frames = Vec::new();
        for &byte in piece {
            self.rest.push(byte);
            let Some(length) = self.rest.first_chunk::<4>() else { continue };
            let length = u32::from_be_bytes(*length) as usize;
            if length > MOST {
                return Err(TooLong);
            }
            if self.rest.len() == 4 + length {
                frames.push(self.rest.split_off(4));
                self.rest.clear();
            }
        }
        Ok(frames)
    }
}

#[path = "split-frames/check.rs"]
mod check;
