//! Solution: split frames.
//!
//! Keep what is not whole, and look again with every piece. Nothing else knows
//! that there are pieces.

/// The most bytes that a frame may have.
pub const MOST: usize = 1000;

/// A frame is longer than [`MOST`].
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

/// Frames on their way in.
#[derive(Default)]
pub struct Frames {
    /// What has come of a frame that is not whole.
    rest: Vec<u8>,
}

impl Frames {
    /// Takes the next piece of the pipe. Gives back the frames that are whole
    /// by now, in order. A length over the limit is an error as soon as it is
    /// here, whatever came before it in the same piece; after it, nothing comes
    /// out any more.
    pub fn take(&mut self, piece: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        self.rest.extend(piece);
        let mut frames = Vec::new();
        while let Some((length, after)) = self.rest.split_first_chunk::<4>() {
            let length = u32::from_be_bytes(*length) as usize;
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

#[path = "split-frames/check.rs"]
mod check;
