//! A body in chunks (RFC 9112, section 7.1):
//!
//! ```text
//! 5;extension␍␊    how many bytes, in hexadecimal
//! hello␍␊          that many bytes, and a line break
//! 0␍␊              no bytes: the last one
//! trailer: value␍␊ headers that come late
//! ␍␊
//! ```

use super::head::split_line;
use super::{MOST_BODY, MOST_HEADER};
use crate::failure::Failure;
use httparse::{Status, parse_chunk_size};
use std::mem;

/// A body in chunks, on its way in.
#[derive(Default)]
pub(super) struct Chunks {
    next: Next,
    /// The line that is not whole yet.
    line: Vec<u8>,
    /// The number of bytes since the last byte of data.
    overhead: usize,
}

/// What has to come next.
#[derive(Clone, Copy, Default)]
enum Next {
    #[default]
    Size,
    Data(usize),
    LineBreak,
    Trailer,
}

impl Chunks {
    /// Takes bytes, and appends those that are data to `body`; gives back
    /// whether the body is whole.
    pub(super) fn take(
        &mut self,
        mut more: &[u8],
        body: &mut Vec<u8>,
    ) -> Result<bool, Failure> {
        while !more.is_empty() {
            if let Next::Data(missing) = self.next {
                let (data, rest) = more.split_at(missing.min(more.len()));
                body.extend_from_slice(data);
                more = rest;
                self.overhead = 0;
                self.next = match missing - data.len() {
                    0 => Next::LineBreak,
                    missing => Next::Data(missing),
                };
            } else if let Some(line) = self.line(&mut more)? {
                match self.after(&line)? {
                    None => return Ok(true),
                    Some(Next::Data(n)) if n > MOST_BODY - body.len() => {
                        return Err(Failure::HugeBody);
                    }
                    Some(next) => self.next = next,
                }
            }
        }
        Ok(false)
    }

    /// What has to come after this line; `None` if it is the last.
    fn after(&self, line: &[u8]) -> Result<Option<Next>, Failure> {
        let is_blank = matches!(line, b"\n" | b"\r\n");
        match self.next {
            Next::Size => match size(line)? {
                0 => Ok(Some(Next::Trailer)),
                n => Ok(Some(Next::Data(n))),
            },
            Next::LineBreak if line == b"\r\n" => Ok(Some(Next::Size)),
            Next::LineBreak => Err(Failure::BadChunk),
            Next::Trailer if is_blank => Ok(None),
            Next::Trailer | Next::Data(_) => Ok(Some(self.next)),
        }
    }

    /// Takes bytes up to the end of a line, and gives the line back.
    fn line(&mut self, more: &mut &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let Some(piece) = split_line(more) else { return Ok(None) };
        self.line.extend_from_slice(piece);
        self.overhead += piece.len();
        if self.overhead > MOST_HEADER {
            return Err(Failure::HugeHeader);
        }
        Ok(piece.ends_with(b"\n").then(|| mem::take(&mut self.line)))
    }
}

fn size(line: &[u8]) -> Result<usize, Failure> {
    match parse_chunk_size(line) {
        // httparse reads a line without a digit as zero.
        Ok(Status::Complete((_, n))) if line[0].is_ascii_hexdigit() => {
            // A number that does not fit is too large in any case.
            Ok(usize::try_from(n).unwrap_or(usize::MAX))
        }
        _ => Err(Failure::BadChunk),
    }
}
