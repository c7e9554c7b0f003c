//! Met with: nobody knows where a frame begins
//!
//! A length that is too long is no length to go by.

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
    /// How much is to come of one that is too long.
    skip: usize,
}

impl Frames {
    /// Takes the next piece of the pipe. Gives back the frames that are whole
    /// by now, in order.
    pub fn take(&mut self, piece: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        let skipped = self.skip.min(piece.len());
        self.skip -= skipped;
        self.rest.extend_from_slice(&piece[skipped..]);
        let mut whole = Vec::new();
        while let Some((length, after)) = self.rest.split_first_chunk() {
            let length = u32::from_be_bytes(*length) as usize;
            if length > MOST {
                let here = length.min(after.len());
                self.skip = length - here;
                self.rest.drain(..4 + here);
                return Err(TooLong);
            }
            let Some(frame) = after.get(..length) else { break };
            whole.push(frame.to_vec());
            self.rest.drain(..4 + length);
        }
        Ok(whole)
    }
}

#[path = "../check.rs"]
mod check;
