//! What comes before the body: the status line and the headers.

use super::headers::{codings, items, location, media_type, values};
use super::{HARM, MOST_BODY, MOST_HEADER};
use crate::failure::Failure;
use httparse::{EMPTY_HEADER, Error, Header, ParserConfig, Response, Status};
use std::mem;

/// A head on its way in. Its end is found line by line, so that it is parsed
/// only once, even if it comes byte by byte.
#[derive(Default)]
pub(super) struct HeadBytes {
    bytes: Vec<u8>,
    /// The place in `bytes` at which its last line begins.
    line: usize,
    /// The number of bytes in the heads of interim answers before this one.
    before: usize,
}

impl HeadBytes {
    /// Takes bytes up to the end of the head, and then gives the head back.
    /// After that it can take another head.
    pub(super) fn take(
        &mut self,
        bytes: &mut &[u8],
    ) -> Result<Option<Head>, Failure> {
        const START: &[u8] = b"HTTP/1.";

        while let Some(piece) = split_line(bytes) {
            self.bytes.extend_from_slice(piece);
            // Another protocol may never end a line, so the start is checked at
            // once.
            let known = START.len().min(self.bytes.len());
            if self.bytes[..known] != START[..known] {
                return Err(Failure::NotHttp);
            }
            if self.before + self.bytes.len() > MOST_HEADER {
                return Err(Failure::HugeHeader);
            }
            // An empty line ends the head.
            if matches!(&self.bytes[self.line..], b"\n" | b"\r\n") {
                let mut head = mem::take(&mut self.bytes);
                self.line = 0;
                self.before += head.len();
                blank_lone_returns(&mut head);
                return Head::parse(&head).map(Some);
            }
            if piece.ends_with(b"\n") {
                self.line = self.bytes.len();
            }
        }
        Ok(None)
    }

    /// The error if the connection ends here, before the head does.
    pub(super) fn end(&self) -> Result<(), Failure> {
        Err(match self.before + self.bytes.len() {
            0 => Failure::NoAnswer,
            got => Failure::Cut { got, of: None },
        })
    }
}

/// Cuts the first line from `bytes`, or all of them if no line ends; `None` if
/// there is nothing.
pub(super) fn split_line<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let line = bytes.split_inclusive(|byte| *byte == b'\n').next()?;
    *bytes = &bytes[line.len()..];
    Some(line)
}

/// Puts a space for each carriage return that ends no line (RFC 9112, section
/// 2.2).
fn blank_lone_returns(head: &mut [u8]) {
    for at in 1..head.len() {
        if head[at - 1] == b'\r' && head[at] != b'\n' {
            head[at - 1] = b' ';
        }
    }
}

/// The head of an answer: as much of it as a crawler needs.
pub(super) struct Head {
    pub status: u16,
    pub framing: Framing,
    /// The coding of the content, such as `gzip`, if it has one.
    pub coding: Option<String>,
    /// The media type, in lower case; empty if the head names none.
    pub media: String,
    pub charset: Option<String>,
    pub location: Option<String>,
    /// How many rounds of computing the page asks for.
    pub rounds: u32,
    /// What harm the page does to the program that computes it, if any.
    pub harm: Option<String>,
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
            // Many servers break these rules, and browsers accept it.
            .allow_multiple_spaces_in_response_status_delimiters(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .parse_response(&mut response, bytes);
        match parsed {
            Ok(Status::Complete(all)) if all == bytes.len() => {}
            Err(Error::Status | Error::Token | Error::Version) => {
                return Err(Failure::NotHttp);
            }
            _ => return Err(Failure::BadHeader),
        }
        // The parser passes over a line that it does not understand. If that
        // line is about the end of the body, the body would end elsewhere.
        let headers = &*response.headers;
        let named = headers.iter().map(|header| header.name.as_bytes());
        let understood = named.filter(|name| names_framing(name)).count();
        if count_framing_lines(bytes) != understood {
            return Err(Failure::BadHeader);
        }
        let status = match response.code {
            // After a 101, the connection is for another protocol.
            None | Some(..=99 | 101) => return Err(Failure::NotHttp),
            Some(status) => status,
        };
        let first = |name| values(headers, name).next();
        let (media, charset) = media_type(headers);
        Ok(Head {
            status,
            framing: framing(status, headers)?,
            coding: codings(headers, "Content-Encoding").pop(),
            media,
            charset,
            location: location(headers),
            rounds: first("Work").and_then(|n| n.parse().ok()).unwrap_or(0),
            harm: first(HARM),
        })
    }
}

/// Counts the lines that are about the end of the body, or look like it. If one
/// of them is not understood, the end of the body is not known.
fn count_framing_lines(head: &[u8]) -> usize {
    let lines = head.split(|byte| *byte == b'\n').enumerate().skip(1);
    // A line that begins with a space continues the line before it, unless it
    // is the first header.
    let is_continued = |line: &[u8]| matches!(line, [b' ' | b'\t', ..]);
    let whole = lines.filter(|(n, line)| *n == 1 || !is_continued(line));
    whole.filter(|(_, line)| names_framing(line.trim_ascii_start())).count()
}

/// Set if the line begins with a name that is about the end of the body.
fn names_framing(line: &[u8]) -> bool {
    ["Content-Length", "Transfer-Encoding"].iter().any(|name| {
        let start = line.get(..name.len());
        start.is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes()))
    })
}

/// How the end of a body is recognized.
#[derive(Clone, Copy)]
pub(super) enum Framing {
    /// The body has this number of bytes, at most [`MOST_BODY`].
    Length(usize),
    /// It comes in chunks, each with its own length; an empty one is the last.
    Chunked,
    /// It ends when the connection does.
    ToTheEnd,
}

/// How the end of the body will be recognized (RFC 9112, section 6.3).
fn framing(status: u16, headers: &[Header<'_>]) -> Result<Framing, Failure> {
    if matches!(status, ..200 | 204 | 304) {
        return Ok(Framing::Length(0));
    }
    // If both headers are there, this one counts.
    match codings(headers, "Transfer-Encoding").as_slice() {
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
