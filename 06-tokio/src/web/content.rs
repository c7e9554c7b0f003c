//! The body of an answer, with its coding undone.

use flate2::write::MultiGzDecoder;
use hyper::header::{CONTENT_ENCODING, HeaderMap};
use lab::Failure;
use lab::http::MOST_BODY;
use std::io::{self, Write};

/// A body on its way in. Neither what comes nor what that is when its coding is
/// undone may exceed [`MOST_BODY`]: a thousand bytes can become a million.
pub(super) enum Content {
    Plain(Limited),
    /// `got` counts the bytes that have come, before their coding is undone.
    Gzip {
        decoder: Box<MultiGzDecoder<Limited>>,
        got: usize,
    },
}

impl Content {
    /// The body that these headers promise, of `length` bytes if they say so.
    /// The header of a coding that is undone here is removed.
    pub fn new(
        headers: &mut HeaderMap,
        length: Option<usize>,
    ) -> Result<Content, Failure> {
        if length.is_some_and(|length| length > MOST_BODY) {
            return Err(Failure::HugeBody);
        }
        let empty = Limited::default();
        let coding = headers.get(CONTENT_ENCODING).map(|it| it.as_bytes());
        let is_gzip = coding.is_some_and(|name| {
            let gzip: [&[u8]; 2] = [b"gzip", b"x-gzip"];
            gzip.iter().any(|it| it.eq_ignore_ascii_case(name))
        });
        if !is_gzip {
            return Ok(Content::Plain(empty));
        }
        headers.remove(CONTENT_ENCODING);
        let decoder = Box::new(MultiGzDecoder::new(empty));
        Ok(Content::Gzip { decoder, got: 0 })
    }

    /// How many bytes have come.
    pub fn got(&self) -> usize {
        match self {
            Content::Plain(Limited(body)) => body.len(),
            Content::Gzip { got, .. } => *got,
        }
    }

    pub fn take(&mut self, more: &[u8]) -> Result<(), Failure> {
        match self {
            Content::Plain(body) => body.write_all(more)?,
            Content::Gzip { decoder, got } => {
                *got += more.len();
                if *got > MOST_BODY {
                    return Err(Failure::HugeBody);
                }
                decoder.write_all(more).map_err(undecodable)?;
            }
        }
        Ok(())
    }

    /// The whole body. A server may name a coding where there is no body.
    pub fn end(self) -> Result<Vec<u8>, Failure> {
        let Limited(body) = match self {
            Content::Plain(body) => body,
            Content::Gzip { got: 0, .. } => Limited::default(),
            Content::Gzip { decoder, .. } => {
                decoder.finish().map_err(undecodable)?
            }
        };
        Ok(body)
    }
}

fn undecodable(why: io::Error) -> Failure {
    match why.downcast() {
        Ok(failure) => failure,
        Err(_) => Failure::BadCoding,
    }
}

/// A body that takes as much as is allowed.
#[derive(Default)]
pub(super) struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > MOST_BODY - self.0.len() {
            return Err(Failure::HugeBody.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
