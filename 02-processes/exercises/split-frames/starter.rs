//! Exercise: split frames.
//!
//!     cargo test -p processes --test split-frames
//!
//! A pipe does not keep messages apart: bytes come in pieces, cut anywhere, and
//! frames have to come out whole. A frame is its length, four bytes with the
//! most significant first, and then that many bytes. As it stands, each piece
//! is taken for a frame. Mend it.

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
        let frame = piece.get(4..).unwrap_or_default();
        self.rest = frame.to_vec();
        Ok(vec![self.rest.clone()])
    }
}

#[path = "split-frames/check.rs"]
mod check;
