//! Exercise: the frontier.
//!
//!     cargo test -p lab --test frontier
//!
//! What a crawl knows: which pages it has heard of, which it has yet to fetch,
//! and whether it is over. Several threads will share it, under a lock. As it
//! stands, it says too early that it is over, and gives pages out twice.

use lab::Url;
use std::collections::VecDeque;

/// The pages of a crawl.
pub struct Frontier {
    queue: VecDeque<Url>,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        Frontier { queue: VecDeque::from([start]) }
    }

    /// A page to fetch: each page is given out once. `None` if there is none
    /// just now.
    pub fn take(&mut self) -> Option<Url> {
        self.queue.pop_front()
    }

    /// A page that was given out has been fetched, and links to these. One that
    /// could not be fetched links to none.
    pub fn done(&mut self, links: &[Url]) {
        self.queue.extend(links.iter().cloned());
    }

    /// Set if there is no page to fetch, and there never will be.
    pub fn finished(&self) -> bool {
        self.queue.is_empty()
    }
}

#[path = "frontier/check.rs"]
mod check;
