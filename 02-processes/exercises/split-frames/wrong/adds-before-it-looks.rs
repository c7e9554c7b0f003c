//! Met with: attempt to add with overflow
//!
//! Adds to a length that may be the greatest there is.

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
        self.rest.extend(piece);
        let mut frames = Vec::new();
        while let Some((length, after)) = self.rest.split_first_chunk::<4>() {
            let end = u32::from_be_bytes(*length) + 4;
            let length = end as usize - 4;
            if length > MOST {
                return Err(TooLong);
            }
            let Some(frame) = after.get(..length) else { break };
            frames.push(frame.to_vec());
            self.rest.drain(..4 + length);
        }
        Ok(frames)
    }
}

#[path = "../check.rs"]
mod check;
