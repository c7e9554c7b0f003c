//! HTTP without a socket: bytes in, pages out.
use std::{fmt, io, net::SocketAddr, time::Duration};
use url::Url;

/// What became of one page: the page, or why there is none.
pub type Fetched = Result<Page, Failure>;

/// A page as it was received.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it came from.
    pub url: Url,
    /// HTTP status, below 400.
    pub status: u16,
    /// The body, decoded from chunks.
    pub body: Vec<u8>,
    /// The pages it links to on the same site; of a redirect, its target.
    pub links: Vec<Url>,
    /// Rounds of hashing the page asks for (see [`Page::work`]).
    pub rounds: u32,
    /// From asking to the last byte.
    pub took: Duration,
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Time was up.
    TimedOut,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("timed out")
    }
}
impl std::error::Error for Failure {}
impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Failure {
        Failure::TimedOut
    }
}
impl From<Failure> for io::Error {
    fn from(why: Failure) -> io::Error {
        io::Error::other(why)
    }
}
impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.url.path())
    }
}
impl Page {
    /// Does the computing the page asks for.
    pub fn work(&self) {}
}

/// The bytes that ask for `url`.
pub fn request(_url: &Url) -> Vec<u8> {
    todo!()
}
/// The address to connect to for `url`.
pub fn address(_url: &Url) -> io::Result<SocketAddr> {
    todo!()
}

/// An answer on its way in.
pub struct Incoming {}
impl Incoming {
    /// Nothing has arrived yet.
    pub fn new(_url: &Url) -> Incoming {
        todo!()
    }
    /// Takes the next bytes; an empty slice is the end of the connection.
    pub fn take(&mut self, _bytes: &[u8]) -> Result<Option<Page>, Failure> {
        todo!()
    }
}
