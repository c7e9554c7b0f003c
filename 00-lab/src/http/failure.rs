//! Why there is no page.

use super::{MOST_BODY, MOST_HEADER};
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::io::{self, ErrorKind};

/// Why there is no page, in few words: the vocabulary of every report.
#[derive(Clone, PartialEq, Eq)]
pub enum Failure {
    /// Time was up before the page was here.
    TimedOut,
    /// Nobody listens where the page should be.
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
    /// It is, but one of the headers is none.
    BadHeader,
    /// The header and what came with it exceed [`MOST_HEADER`].
    HugeHeader,
    /// The body exceeds [`MOST_BODY`], or is going to.
    HugeBody,
    /// `Content-Length` is not a number.
    BadLength,
    /// `Content-Length` is two different numbers.
    TwoLengths,
    /// A chunk of the body does not begin or end as it should.
    BadChunk,
    /// The body comes in a coding that we did not ask for.
    UnknownCoding,
    /// The content is compressed, and cannot be undone: it is damaged, or ends
    /// too early.
    BadGzip,
    /// The same, of another way to compress.
    BadDeflate,
    /// The page asks for something that we have not: a coding of its content, a
    /// charset.
    Unsupported(String),
    /// The page was reached, and it is an error.
    Status(u16),
    /// Redirects that lead from one to another without an end.
    RedirectLoop,
    /// Whoever worked on the page ended each time, the last time like this.
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
            Failure::TimedOut => write!(f, "timed out"),
            Failure::Refused => write!(f, "connection refused"),
            Failure::Reset => write!(f, "connection reset"),
            Failure::NoAnswer => {
                write!(f, "connection closed without an answer")
            }
            Failure::Cut { got, of: None } => {
                write!(f, "connection closed after {got} bytes")
            }
            Failure::Cut { got, of: Some(of) } => {
                write!(f, "connection closed after {got} of {of} bytes")
            }
            Failure::NotHttp => write!(f, "not HTTP"),
            Failure::BadHeader => write!(f, "illegal header"),
            Failure::HugeHeader => {
                write!(f, "header over {} KiB", MOST_HEADER >> 10)
            }
            Failure::HugeBody => write!(f, "body over {} MiB", MOST_BODY >> 20),
            Failure::BadLength => write!(f, "Content-Length is not a number"),
            Failure::TwoLengths => write!(f, "two different Content-Lengths"),
            Failure::BadChunk => write!(f, "illegal chunk"),
            Failure::UnknownCoding => write!(f, "unknown transfer coding"),
            Failure::BadGzip => write!(f, "illegal gzip"),
            Failure::BadDeflate => write!(f, "illegal deflate"),
            Failure::Unsupported(what) => write!(f, "{what} is not supported"),
            Failure::Status(code) => write!(f, "status {code}"),
            Failure::RedirectLoop => write!(f, "redirects in a circle"),
            Failure::Deadly(how) => write!(f, "ends its worker: {how}"),
            Failure::Shortage(what) => write!(f, "out of resources: {what}"),
            Failure::System(why) => write!(f, "{why}"),
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

/// Reads what [`Display`] has written, for a failure that comes out of another
/// process. What it cannot have written is a reason of the system's.
impl From<&str> for Failure {
    fn from(text: &str) -> Failure {
        let number = |text: &str| text.parse().ok();
        let bytes = || {
            let rest = text.strip_prefix("connection closed after ")?;
            let rest = rest.strip_suffix(" bytes")?;
            Some(match rest.split_once(" of ") {
                Some((got, of)) => {
                    Failure::Cut { got: number(got)?, of: Some(number(of)?) }
                }
                None => Failure::Cut { got: number(rest)?, of: None },
            })
        };
        let status = || text.strip_prefix("status ")?.parse().ok();
        let unsupported = || text.strip_suffix(" is not supported");
        let shortage = || text.strip_prefix("out of resources: ");
        let deadly = || text.strip_prefix("ends its worker: ");
        let mut plain = Failure::PLAIN.iter();
        plain
            .find(|why| why.to_string() == text)
            .cloned()
            .or_else(bytes)
            .or_else(|| status().map(Failure::Status))
            .or_else(|| Some(Failure::Deadly(deadly()?.to_owned())))
            .or_else(|| Some(Failure::Shortage(shortage()?.to_owned())))
            .or_else(|| Some(Failure::Unsupported(unsupported()?.to_owned())))
            .unwrap_or_else(|| Failure::System(text.to_owned()))
    }
}

impl Failure {
    /// A page that asks for a `kind` of thing that we have not. Its name comes
    /// from elsewhere: it is cut, and shown so that it does a terminal no harm.
    pub(crate) fn unsupported(kind: &str, name: &str) -> Failure {
        let name: String = name.chars().take(40).collect();
        Failure::Unsupported(format!("{kind} {name:?}"))
    }

    /// Those that always read the same.
    const PLAIN: [Failure; 15] = [
        Failure::TimedOut,
        Failure::Refused,
        Failure::Reset,
        Failure::NoAnswer,
        Failure::NotHttp,
        Failure::BadHeader,
        Failure::HugeHeader,
        Failure::HugeBody,
        Failure::BadLength,
        Failure::TwoLengths,
        Failure::BadChunk,
        Failure::UnknownCoding,
        Failure::BadGzip,
        Failure::BadDeflate,
        Failure::RedirectLoop,
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

    #[test]
    fn a_failure_survives_being_an_io_error() {
        for why in [Failure::TimedOut, Failure::Status(404)] {
            let error = io::Error::from(why.clone());
            assert_eq!(error.to_string(), why.to_string());
            assert_eq!(Failure::from(error), why);
        }
    }

    #[test]
    fn a_failure_survives_being_a_text() {
        let more = [
            Failure::Cut { got: 0, of: None },
            Failure::Cut { got: 7, of: None },
            Failure::Cut { got: 0, of: Some(9) },
            Failure::Status(404),
            Failure::Unsupported("charset \"x\"".to_owned()),
            Failure::Shortage("too many open files".to_owned()),
            Failure::Deadly("signal: 6 (SIGABRT)".to_owned()),
            Failure::System("status of war".to_owned()),
        ];
        for why in Failure::PLAIN.into_iter().chain(more) {
            assert_eq!(Failure::from(why.to_string().as_str()), why);
        }
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
