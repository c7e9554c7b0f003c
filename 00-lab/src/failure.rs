//! Why there is no page.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::io::{self, ErrorKind};

/// Why there is no page, in few words: the vocabulary of every report.
#[derive(Clone, PartialEq, Eq)]
pub enum Failure {
    /// Time was up before the page was here.
    TimedOut,
    /// Nothing listens at the address of the page.
    Refused,
    /// The other side broke the connection off.
    Reset,
    /// The connection ended in good order, but too early.
    Cut {
        /// How many bytes of the body had come; if `of` is not known, of
        /// headers and body together.
        got: usize,
        /// How many bytes the body was to have.
        of: Option<usize>,
    },
    /// The connection was closed before the first byte of an answer.
    NoAnswer,
    /// What came is no answer in HTTP/1.
    NotHttp,
    /// It is, but one of its headers is illegal.
    BadHeader,
    /// The header and what came with it exceed
    /// [`MOST_HEADER`](crate::http::MOST_HEADER).
    HugeHeader,
    /// The body exceeds [`MOST_BODY`](crate::http::MOST_BODY), or is going to.
    HugeBody,
    /// `Content-Length` is not a number.
    BadLength,
    /// `Content-Length` is two different numbers.
    TwoLengths,
    /// A chunk of the body does not begin or end as it should.
    BadChunk,
    /// The body comes in a coding that we did not ask for.
    UnknownCoding,
    /// The body is not in the coding that its header names.
    BadCoding,
    /// The page needs something that we do not have: a coding of its content, a
    /// charset.
    Unsupported(String),
    /// There was no secure connection: the certificate is not to be trusted,
    /// perhaps.
    Tls(String),
    /// The site's `robots.txt` does not let us ask for the page.
    Robots(String),
    /// The page was reached, and it is an error.
    Status(u16),
    /// Redirects that lead from one to another without an end.
    RedirectLoop,
    /// The process that worked on the page ended each time, at last like this.
    Deadly(String),
    /// The operating system has no more of something for us: of files, memory,
    /// ports. That says nothing about the page.
    Shortage(String),
    /// The operating system could not do what was asked of it, for this
    /// reason.
    System(String),
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Cut { got, of: None } => {
                write!(f, "connection closed after {got} bytes")
            }
            Failure::Cut { got, of: Some(of) } => {
                write!(f, "connection closed after {got} of {of} bytes")
            }
            Failure::Unsupported(what) => write!(f, "{what} is not supported"),
            Failure::Tls(why) => write!(f, "no secure connection: {why}"),
            Failure::Robots(why) => write!(f, "robots.txt {why}"),
            Failure::Status(code) => write!(f, "status {code}"),
            Failure::Deadly(how) => write!(f, "ends its worker: {how}"),
            Failure::Shortage(what) => write!(f, "out of resources: {what}"),
            Failure::System(why) => f.write_str(why),
            plain => {
                let plain = Failure::PLAIN.iter().find(|(it, _)| it == plain);
                f.write_str(plain.map_or("", |(_, words)| words))
            }
        }
    }
}

/// As it is displayed: a `main` that gives back a failure ends with a sentence.
impl Debug for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Error for Failure {}

impl Failure {
    /// A page needs the thing `name`, of a `kind` that we do not have. The name
    /// comes from a server: it is cut, and quoted, so that it does a terminal
    /// no harm.
    pub(crate) fn unsupported(kind: &str, name: &str) -> Failure {
        let name: String = name.chars().take(40).collect();
        Failure::Unsupported(format!("{kind} {name:?}"))
    }

    /// The failures that carry nothing, each with the words for it.
    pub const PLAIN: [(Failure, &'static str); 14] = [
        (Failure::TimedOut, "timed out"),
        (Failure::Refused, "connection refused"),
        (Failure::Reset, "connection reset"),
        (Failure::NoAnswer, "connection closed without an answer"),
        (Failure::NotHttp, "not HTTP"),
        (Failure::BadHeader, "illegal header"),
        (Failure::HugeHeader, "header over 64 KiB"),
        (Failure::HugeBody, "body over 16 MiB"),
        (Failure::BadLength, "Content-Length is not a number"),
        (Failure::TwoLengths, "two different Content-Lengths"),
        (Failure::BadChunk, "illegal chunk"),
        (Failure::UnknownCoding, "unknown transfer coding"),
        (Failure::BadCoding, "body is not in its content coding"),
        (Failure::RedirectLoop, "redirects in a circle"),
    ];
}

/// So that `?` works on sockets.
impl From<io::Error> for Failure {
    fn from(why: io::Error) -> Failure {
        match why.kind() {
            ErrorKind::TimedOut => Failure::TimedOut,
            ErrorKind::ConnectionRefused => Failure::Refused,
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe => Failure::Reset,
            // It may be a failure that was an `io::Error` for a while.
            _ => why.downcast().unwrap_or_else(|why| {
                let text = why.to_string();
                let words = text.split(" (os error").next().unwrap_or(&text);
                match why.raw_os_error() {
                    Some(
                        libc::EMFILE
                        | libc::ENFILE
                        | libc::ENOMEM
                        | libc::ENOBUFS
                        | libc::EADDRNOTAVAIL,
                    ) => Failure::Shortage(words.to_lowercase()),
                    _ => Failure::System(words.to_lowercase()),
                }
            }),
        }
    }
}

/// So that `?` works where there is an [`io::Result`].
impl From<Failure> for io::Error {
    fn from(why: Failure) -> io::Error {
        io::Error::other(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_failure_survives_being_an_io_error() {
        for why in [Failure::TimedOut, Failure::Status(404)] {
            let error = io::Error::from(why.clone());
            assert_eq!(error.to_string(), why.to_string());
            assert_eq!(Failure::from(error), why);
        }
    }

    #[test]
    fn every_failure_has_words_of_its_own() {
        let words: Vec<_> =
            Failure::PLAIN.map(|(why, _)| why.to_string()).into();
        assert!(words.iter().all(|it| !it.is_empty()));
        let different: BTreeSet<_> = words.iter().collect();
        assert_eq!(different.len(), words.len());
    }

    #[test]
    fn the_system_is_quoted_without_its_number() {
        let too_many_open_files = io::Error::from_raw_os_error(libc::EMFILE);
        let why = Failure::from(too_many_open_files).to_string();
        assert!(why.starts_with("out of resources: "), "{why}");
        assert!(why.ends_with("open files"), "{why}");
        assert_eq!(why, why.to_lowercase());
    }
}
