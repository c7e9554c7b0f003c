//! A page, the computing it asks for, and the checksum over many.

use sha1_smol::Sha1;
use std::alloc::{Layout, handle_alloc_error};
use std::fmt::{self, Debug, Display, Formatter};
use std::time::{Duration, Instant};
use std::{process, thread};
use timeline::What;
use url::{Position, Url};

/// The SHA-1 of a body. It tells pages apart; no secret depends on it.
pub type Digest = [u8; 20];

/// A page as it was received.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it came from.
    pub url: Url,
    /// The status of the answer, below 400.
    pub status: u16,
    /// The body, put together from its chunks if it came in chunks.
    pub body: Vec<u8>,
    /// The SHA-1 of the body.
    pub digest: Digest,
    /// The pages of the same site that it links to, each once; of a redirect,
    /// its target.
    pub links: Vec<Url>,
    /// How many rounds of hashing the page asks for, see [`Page::work`].
    pub rounds: u32,
    /// What it does to the process that works on it: `abort` ends it, `eat`
    /// takes all of its memory, `hang` blocks the thread for ever. A stand-in
    /// for a fault in a library, perhaps, that one page in a million meets.
    pub harm: Option<String>,
    /// From asking for it to its last byte.
    pub took: Duration,
}

impl Page {
    /// Does the computing that the page asks for (see [`compute`]), if any. It
    /// does not return if the page does [`harm`](Page::harm).
    ///
    /// A stand-in for what a crawler would do with a page, such that Python can
    /// do the same.
    pub fn work(&self) {
        if self.rounds > 0 {
            compute(&self.body, self.rounds);
        }
        match self.harm.as_deref() {
            Some("abort") => process::abort(),
            Some("eat") => eat(),
            Some("hang") => loop {
                thread::park();
            },
            _ => {}
        }
    }
}

/// The header in which a page says what harm it does.
pub(crate) const HARM: &str = "Harm";

/// Takes memory until there is no more, or it has 1 GiB, so that the reader's
/// machine survives; then it aborts, as if there were no more.
fn eat() -> ! {
    const BLOCK: usize = 1 << 20;
    let mut eaten = Vec::new();
    while eaten.len() < 1024 {
        eaten.push(vec![1_u8; BLOCK]);
    }
    std::hint::black_box(&eaten);
    handle_alloc_error(Layout::new::<[u8; BLOCK]>())
}

/// Computes for a while: `rounds` rounds of `digest = SHA-1(digest, body)`, the
/// first with an empty digest.
pub fn compute(body: &[u8], rounds: u32) {
    // These two record the CPU time before and after.
    timeline::event(What::Run);
    compute_unseen(body, rounds);
    timeline::event(What::Run);
}

/// Computes like [`compute`], until `time` has passed. So it takes as long on
/// a slow machine as on a fast one.
pub fn compute_for(body: &[u8], time: Duration) {
    let start = Instant::now();
    timeline::event(What::Run);
    while start.elapsed() < time {
        compute_unseen(body, 100);
    }
    timeline::event(What::Run);
}

/// The same as [`compute`], but nothing of it is recorded.
pub(crate) fn compute_unseen(body: &[u8], rounds: u32) {
    let mut digest = Vec::new();
    for _ in 0..rounds {
        let mut round = Sha1::new();
        round.update(&digest);
        round.update(body);
        digest.clear();
        digest.extend(round.digest().bytes());
    }
    std::hint::black_box(digest);
}

/// The digest of a body.
pub(crate) fn digest(body: &[u8]) -> Digest {
    Sha1::from(body).digest().bytes()
}

/// `/3: 1,024 bytes in 52 ms`
impl Display for Page {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let bytes = group_digits(self.body.len());
        let (path, ms) = (path(&self.url), self.took.as_millis());
        write!(f, "{path}: {bytes} bytes in {ms} ms")
    }
}

/// As it is displayed: a body would fill the screen.
impl Debug for Page {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Page({self})")
    }
}

/// One sum over many pages: the SHA-1, in hexadecimal, of a line for every
/// page's path and a line for its digest, sorted by path.
///
/// ```
/// let empty = *b"\xda9\xa3\xee^kK\r2U\xbf\xef\x95`\x18\x90\xaf\xd8\x07\x09";
/// assert_eq!(
///     lab::http::checksum([("/", empty)]),
///     "e13fea140c6a9943332503ff0accb21166a4063b",
/// );
/// ```
pub fn checksum<'a>(
    pages: impl IntoIterator<Item = (&'a str, Digest)>,
) -> String {
    let mut pages: Vec<_> = pages.into_iter().collect();
    pages.sort_unstable();
    let mut sum = Sha1::new();
    for (path, digest) in pages {
        let line = digest.map(|byte| format!("{byte:02x}")).concat();
        sum.update(format!("{path}\n{line}\n").as_bytes());
    }
    sum.digest().to_string()
}

/// Where on its site a page is: its URL without the origin.
pub(crate) fn path(url: &Url) -> &str {
    &url[Position::BeforePath..Position::AfterQuery]
}

/// 1024 as `1,024`.
fn group_digits(n: usize) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_how_long_it_is_and_how_long_it_took() {
        let mut page = Page {
            url: "http://127.0.0.1:8000/3?x=y".parse().unwrap(),
            status: 200,
            body: vec![0; 1_234_567],
            digest: Digest::default(),
            links: Vec::new(),
            rounds: 0,
            harm: None,
            took: Duration::from_micros(51_900),
        };
        assert_eq!(page.to_string(), "/3?x=y: 1,234,567 bytes in 51 ms");
        page.body.truncate(999);
        assert!(page.to_string().contains(": 999 bytes"));
    }

    /// As `hashlib` has it: `printf '/\n…\n/1\n…\n' | sha1sum`.
    #[test]
    fn the_checksum_does_not_depend_on_the_order() {
        let [a, b] = [("/", [0; 20]), ("/1", [255; 20])];
        assert_eq!(checksum([a, b]), checksum([b, a]));
        assert_ne!(checksum([a, b]), checksum([a]));
    }
}
