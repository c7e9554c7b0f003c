//! The ways in which the site can misbehave.

use std::fmt;
use std::str::FromStr;

/// A way to misbehave. Each one that a site has adds [`Fault::PAGES`] pages to
/// it; the other pages stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// One byte at a time.
    Trickle,
    /// In pieces, cut anywhere.
    Split,
    /// A part, and then silence.
    Stall,
    /// A part, and then a reset of the connection.
    Reset,
    /// Status 500.
    Error500,
    /// Status 404.
    Missing,
    /// Another page's address instead of a page.
    Redirect,
    /// Two pages that point to each other.
    RedirectLoop,
    /// A `Content-Length` that promises more than is sent.
    WrongLength,
    /// A `Content-Length` that promises less: the surplus is not the page's.
    ShortLength,
    /// No `Content-Length`: the page ends with the connection.
    NoLength,
    /// In chunks, with extensions and a trailer.
    Chunked,
    /// Two interim answers (1xx) before the real one.
    Interim,
    /// A header of more than 64 KiB.
    HugeHeader,
    /// A body that never ends.
    HugeBody,
    /// Something that is no HTTP.
    NotHttp,
    /// A process that works on the page aborts.
    Abort,
    /// A process that works on the page takes memory until it aborts.
    Eat,
    /// A process that works on the page hangs.
    Hang,
}

impl Fault {
    /// The faults that end the process in which the page is worked on. The
    /// answer is in good order, but asks for it; see
    /// `Page::work`.
    pub const DEADLY: &[Fault] = &[Fault::Abort, Fault::Eat, Fault::Hang];

    /// How many pages each fault adds.
    pub const PAGES: u32 = 2;

    /// Every fault; its name; and words that the reason must contain for which
    /// a page with it cannot be had, or none if it can.
    const TABLE: [(Fault, &str, &str); 19] = [
        (Fault::Trickle, "trickle", ""),
        (Fault::Split, "split", ""),
        (Fault::Stall, "stall", "timed out"),
        (Fault::Reset, "reset", "reset"),
        (Fault::Error500, "error-500", "status 500"),
        (Fault::Missing, "missing", "status 404"),
        (Fault::Redirect, "redirect", ""),
        (Fault::RedirectLoop, "redirect-loop", "circle"),
        (Fault::WrongLength, "wrong-length", "closed after"),
        (Fault::ShortLength, "short-length", ""),
        (Fault::NoLength, "no-length", ""),
        (Fault::Chunked, "chunked", ""),
        (Fault::Interim, "interim", ""),
        (Fault::HugeHeader, "huge-header", "header"),
        (Fault::HugeBody, "huge-body", "body"),
        (Fault::NotHttp, "not-http", "not HTTP"),
        (Fault::Abort, "abort", "ends its worker"),
        (Fault::Eat, "eat", "ends its worker"),
        (Fault::Hang, "hang", "ends its worker"),
    ];

    /// Every fault; the [`DEADLY`](Fault::DEADLY) come last.
    pub fn each() -> impl Iterator<Item = Fault> {
        Fault::TABLE.into_iter().map(|(fault, ..)| fault)
    }

    /// Every fault that a crawler can survive in one process.
    pub fn survivable() -> Vec<Fault> {
        Fault::each().filter(|it| !Fault::DEADLY.contains(it)).collect()
    }

    /// The name on the command line, and in the path of its pages.
    pub fn name(self) -> &'static str {
        Fault::TABLE[self as usize].1
    }

    /// If a page with this fault cannot be had: words that the reason given
    /// must contain. `None` if a crawler has to cope with it.
    pub fn breaks(self) -> Option<&'static str> {
        Some(Fault::TABLE[self as usize].2).filter(|words| !words.is_empty())
    }

    /// The names of these faults, in one text.
    pub fn names(these: &[Fault]) -> String {
        these.iter().map(|it| it.name()).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Fault, String> {
        Fault::each().find(|fault| fault.name() == name).ok_or_else(|| {
            let names = Fault::names(&Fault::each().collect::<Vec<_>>());
            format!("no fault is called {name:?}; there are all, {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn each_fault_has_its_own_line_in_the_table() {
        for (line, (fault, ..)) in Fault::TABLE.into_iter().enumerate() {
            assert_eq!(fault as usize, line, "{fault:?}");
        }
        let last = Fault::TABLE.len() - Fault::DEADLY.len();
        let (survivable, deadly) = Fault::TABLE.split_at(last);
        assert!(deadly.iter().map(|it| it.0).eq(Fault::DEADLY.to_vec()));
        assert_eq!(survivable.len(), Fault::survivable().len());
    }
}
