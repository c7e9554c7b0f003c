//! What comes after the head, up to the end that the framing tells.

use super::MOST_BODY;
use super::chunks::Chunks;
use super::head::Framing;
use crate::failure::Failure;

/// A body on its way in.
pub(super) struct Body {
    pub bytes: Vec<u8>,
    framing: Framing,
    chunks: Chunks,
}

impl Body {
    pub(super) fn new(framing: Framing) -> Body {
        Body { bytes: Vec::new(), framing, chunks: Chunks::default() }
    }

    /// Takes bytes; gives back whether the body is whole.
    pub(super) fn take(&mut self, more: &[u8]) -> Result<bool, Failure> {
        match self.framing {
            Framing::Length(length) => {
                let missing = length - self.bytes.len();
                let more = &more[..missing.min(more.len())];
                self.bytes.extend_from_slice(more);
                Ok(self.bytes.len() == length)
            }
            Framing::Chunked => self.chunks.take(more, &mut self.bytes),
            Framing::ToTheEnd => {
                if self.bytes.len() + more.len() > MOST_BODY {
                    return Err(Failure::HugeBody);
                }
                self.bytes.extend_from_slice(more);
                Ok(false)
            }
        }
    }

    /// The connection has ended; an error if that was too early.
    pub(super) fn end(&self) -> Result<(), Failure> {
        let got = self.bytes.len();
        match self.framing {
            Framing::Length(length) => {
                Err(Failure::Cut { got, of: Some(length) })
            }
            Framing::Chunked => Err(Failure::Cut { got, of: None }),
            Framing::ToTheEnd => Ok(()),
        }
    }
}
