//! What a rung can do, in one place. The command line, the conformance test and
//! the live reader read it.

use crate::fault::Fault;
use crate::flag::{CRAWL, Flag, WORKERS};

/// What a rung can do.
#[derive(Clone, Copy, Debug)]
pub struct Rung {
    /// Its package, and its program: `cargo run -p NAME`.
    pub name: &'static str,
    /// The most requests that it can have in flight at one time.
    pub most_at_once: u64,
    /// Of the faults that end the process in which the page is worked on,
    /// those that this rung survives.
    pub survives: &'static [Fault],
    /// The ways in which it can do the crawl, if there are several; without
    /// `--style` it is the first.
    pub styles: &'static [&'static str],
    /// The most threads on which it can run its tasks, if that is a choice;
    /// without `--workers` it is one.
    pub most_workers: u64,
    /// How often it asks for a page that ends the process, until it gives the
    /// page up.
    pub tries: u32,
    /// Set if it has a client for the web: for HTTPS, and for the sites of
    /// others, which it must not burden.
    pub web: bool,
}

impl Rung {
    /// A rung that works on pages in its own process, and so survives none of
    /// the faults that end one.
    pub const fn new(name: &'static str, most_at_once: u64) -> Rung {
        Rung {
            name,
            most_at_once,
            survives: &[],
            styles: &[],
            most_workers: 1,
            tries: 1,
            web: false,
        }
    }

    /// The numbers that its crawl is given, beyond the shape of the site.
    pub fn flags(&self) -> [Flag; 3] {
        let [at_once, timeout, deadline] = CRAWL;
        let most = self.most_at_once;
        let default = at_once.default.min(most);
        [Flag { default, most, ..at_once }, timeout, deadline]
    }

    /// The flag for the number of threads, if that is a choice.
    pub fn workers(&self) -> Option<Flag> {
        let most = self.most_workers;
        (most > 1).then_some(Flag { most, ..WORKERS })
    }
}
