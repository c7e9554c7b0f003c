//! The ways in which the site can misbehave.

use std::fmt;
use std::str::FromStr;

/// Makes [`Fault`] and its table out of one list: of each fault its name, what
/// it means, and words that the reason must contain for which a page with it
/// cannot be had, or none if it can.
macro_rules! faults {
    ($($fault:ident: $name:literal, $meaning:literal, $breaks:literal;)+) => {
        /// A way to misbehave. Each one that a site has adds [`Fault::PAGES`]
        /// pages to it; the other pages stay as they are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $(#[doc = $meaning] $fault,)+
        }

        /// Every fault, in the order of the list.
        const TABLE: &[(Fault, &str, &str, &str)] =
            &[$((Fault::$fault, $name, $meaning, $breaks)),+];
    };
}

faults! {
    Trickle: "trickle", "one byte at a time", "";
    Split: "split", "in pieces, cut anywhere", "";
    Stall: "stall", "a part, and then silence", "timed out";
    Reset: "reset", "a part, and then a reset of the connection", "reset";
    Error500: "error-500", "status 500", "status 500";
    Missing: "missing", "status 404", "status 404";
    Redirect: "redirect", "another page's address instead of a page", "";
    RedirectLoop: "redirect-loop",
        "two pages that point to each other",
        "circle";
    WrongLength: "wrong-length",
        "a Content-Length that promises more than is sent",
        "closed after";
    ShortLength: "short-length",
        "a Content-Length that promises less than is sent",
        "";
    NoLength: "no-length", "no Content-Length: it ends with the connection", "";
    Chunked: "chunked", "in chunks, with extensions and a trailer", "";
    Interim: "interim", "two interim answers (1xx) before the real one", "";
    HugeHeader: "huge-header", "a header of more than 64 KiB", "header";
    HugeBody: "huge-body", "a body that never ends", "body";
    NotHttp: "not-http", "something that is no HTTP", "not HTTP";
    Abort: "abort", "a process that works on it aborts", "ends its worker";
    Eat: "eat",
        "a process that works on it takes memory until it aborts",
        "ends its worker";
    Hang: "hang", "a process that works on it hangs", "ends its worker";
}

impl Fault {
    /// The faults that end the process in which the page is worked on. The
    /// answer is in good order, but asks for it; see
    /// `Page::work`.
    pub const DEADLY: &[Fault] = &[Fault::Abort, Fault::Eat, Fault::Hang];

    /// How many pages each fault adds.
    pub const PAGES: u32 = 2;

    /// Every fault; the [`DEADLY`](Fault::DEADLY) come last.
    pub fn each() -> impl Iterator<Item = Fault> {
        TABLE.iter().map(|(fault, ..)| *fault)
    }

    /// Every fault that a crawler can survive in one process.
    pub fn survivable() -> Vec<Fault> {
        Fault::each().filter(|it| !Fault::DEADLY.contains(it)).collect()
    }

    /// The name on the command line, and in the path of its pages.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// What a page with this fault does, in a few words.
    pub fn meaning(self) -> &'static str {
        TABLE[self as usize].2
    }

    /// If a page with this fault cannot be had: words that the reason given
    /// must contain. `None` if a crawler has to cope with it.
    pub fn breaks(self) -> Option<&'static str> {
        Some(TABLE[self as usize].3).filter(|words| !words.is_empty())
    }

    /// The fault's line in a help text.
    pub fn help(self) -> String {
        format!("  {:<20} {}\n", self.name(), self.meaning())
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
            let names: Vec<_> = Fault::each().map(Fault::name).collect();
            let names = names.join(", ");
            format!("no fault is called {name:?}; there are all, {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn those_that_end_a_process_come_last() {
        let last = Fault::each().count() - Fault::DEADLY.len();
        assert!(Fault::each().skip(last).eq(Fault::DEADLY.to_vec()));
        assert_eq!(last, Fault::survivable().len());
    }

    #[test]
    fn each_fault_says_what_it_means_in_a_line_of_help() {
        for fault in Fault::each() {
            assert!(!fault.meaning().is_empty(), "{fault}");
            assert_eq!(fault.name().parse(), Ok(fault));
            assert!(fault.help().len() <= 80, "{}", fault.help());
        }
    }
}
