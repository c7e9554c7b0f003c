//! Met with: it is not finished
//!
//! Looks whether it is over only when a new page was found.

use lab::Url;
use std::collections::{HashSet, VecDeque};

/// The pages of a crawl.
pub struct Frontier {
    known: HashSet<Url>,
    queue: VecDeque<Url>,
    under_way: usize,
    over: bool,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        Frontier {
            known: HashSet::from([start.clone()]),
            queue: VecDeque::from([start]),
            under_way: 0,
            over: false,
        }
    }

    /// A page to fetch.
    pub fn take(&mut self) -> Option<Url> {
        let url = self.queue.pop_front()?;
        self.under_way += 1;
        Some(url)
    }

    /// A page that was given out has been fetched, and links to these.
    pub fn done(&mut self, links: &[Url]) {
        self.under_way -= 1;
        for link in links {
            if self.known.insert(link.clone()) {
                self.queue.push_back(link.clone());
            }
            self.over = self.queue.is_empty() && self.under_way == 0;
        }
    }

    /// Set if there is no page to fetch, and there never will be.
    pub fn finished(&self) -> bool {
        self.over
    }
}

#[path = "../check.rs"]
mod check;
