//! What comes before the body: the status line and the headers.

use super::body::Framing;
use super::{Failure, HARM, Harm, MOST_BODY, MOST_HEADER};
use httparse::{EMPTY_HEADER, Error, Header, ParserConfig, Response, Status};
use std::mem;

/// A head on its way in. Where it ends is found line by line, so that it is
/// parsed once, however small the pieces are that it comes in.
#[derive(Default)]
pub(super) struct HeadBytes {
    bytes: Vec<u8>,
    /// Where its last line begins.
    line: usize,
    /// Bytes in the heads of interim answers before this one.
    before: usize,
}

impl HeadBytes {
    /// Takes bytes up to the end of the head, which it gives back. After that
    /// it is ready for another.
    pub(super) fn take(
        &mut self,
        bytes: &mut &[u8],
    ) -> Result<Option<Head>, Failure> {
        const START: &[u8] = b"HTTP/1.";

        while let Some(piece) = split_line(bytes) {
            self.bytes.extend_from_slice(piece);
            // Other protocols need not know of lines: look at once.
            let known = START.len().min(self.bytes.len());
            if self.bytes[..known] != START[..known] {
                return Err(Failure::NotHttp);
            }
            if self.before + self.bytes.len() > MOST_HEADER {
                return Err(Failure::HugeHeader);
            }
            if matches!(&self.bytes[self.line..], b"\n" | b"\r\n") {
                let head = mem::take(&mut self.bytes);
                self.line = 0;
                self.before += head.len();
                return Head::parse(&head).map(Some);
            }
            if piece.ends_with(b"\n") {
                self.line = self.bytes.len();
            }
        }
        Ok(None)
    }

    /// The connection has ended: too early.
    pub(super) fn end(&self) -> Result<(), Failure> {
        Err(Failure::Cut { got: self.before + self.bytes.len(), of: None })
    }
}

/// Cuts the first line from `bytes`, or what there is of it; `None` if there
/// is nothing.
pub(super) fn split_line<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let newline = bytes.iter().position(|byte| *byte == b'\n');
    let line;
    (line, *bytes) = bytes.split_at(newline.map_or(bytes.len(), |at| at + 1));
    (!line.is_empty()).then_some(line)
}

/// The head of an answer: as much of it as a crawler needs.
pub(super) struct Head {
    pub status: u16,
    pub framing: Framing,
    pub is_html: bool,
    pub location: Option<String>,
    pub rounds: u32,
    pub harm: Option<Harm>,
}

impl Head {
    /// Set if the answer proper is still to come.
    pub(super) fn is_interim(&self) -> bool {
        self.status < 200
    }

    fn parse(bytes: &[u8]) -> Result<Head, Failure> {
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let mut headers = vec![EMPTY_HEADER; lines];
        let mut response = Response::new(&mut headers);
        let parsed = ParserConfig::default()
            .allow_obsolete_multiline_headers_in_responses(true)
            .parse_response(&mut response, bytes);
        match parsed {
            Ok(Status::Complete(all)) if all == bytes.len() => {}
            Err(Error::Status | Error::Token | Error::Version) => {
                return Err(Failure::NotHttp);
            }
            _ => return Err(Failure::BadHeader),
        }
        let headers = &*response.headers;
        let status = match response.code {
            // From a 101 on, it would be some other protocol.
            None | Some(..=99 | 101) => return Err(Failure::NotHttp),
            Some(status) => status,
        };
        let first = |name| values(headers, name).next();
        Ok(Head {
            status,
            framing: framing(status, headers)?,
            is_html: first("Content-Type").is_some_and(is_html),
            location: first("Location"),
            rounds: first("Work").and_then(|n| n.parse().ok()).unwrap_or(0),
            harm: first(HARM).and_then(|name| Harm::named(&name)),
        })
    }
}

/// How the end of the body is going to be known (RFC 9112, section 6.3).
fn framing(status: u16, headers: &[Header<'_>]) -> Result<Framing, Failure> {
    if matches!(status, ..200 | 204 | 304) {
        return Ok(Framing::Length(0));
    }
    // If there are both, this wins over the length.
    match items(headers, "Transfer-Encoding").as_slice() {
        [] => {}
        [coding] if coding.eq_ignore_ascii_case("chunked") => {
            return Ok(Framing::Chunked);
        }
        _ => return Err(Failure::UnknownCoding),
    }
    let mut length = None;
    for item in items(headers, "Content-Length") {
        if item.is_empty() || !item.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Failure::BadLength);
        }
        // A number that does not fit is too large in any case.
        let bytes = item.parse().unwrap_or(usize::MAX);
        if length.is_some_and(|other| other != bytes) {
            return Err(Failure::TwoLengths);
        }
        length = Some(bytes);
    }
    match length {
        None => Ok(Framing::ToTheEnd),
        Some(length) if length > MOST_BODY => Err(Failure::HugeBody),
        Some(length) => Ok(Framing::Length(length)),
    }
}

/// The values of all headers of this name.
fn values(headers: &[Header<'_>], name: &str) -> impl Iterator<Item = String> {
    let named = headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(name));
    named.map(|header| String::from_utf8_lossy(header.value).trim().to_owned())
}

/// The same for a header whose values are lists.
fn items(headers: &[Header<'_>], name: &str) -> Vec<String> {
    let mut items = Vec::new();
    for list in values(headers, name) {
        items.extend(list.split(',').map(|item| item.trim().to_owned()));
    }
    items
}

fn is_html(content_type: String) -> bool {
    let media = content_type.split(';').next().unwrap_or_default();
    media.trim().eq_ignore_ascii_case("text/html")
}
