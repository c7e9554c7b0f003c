//! Met with: it is not finished
//!
//! Counts a page as under way when there was none to take.

use lab::Url;
use std::collections::{HashSet, VecDeque};

/// The pages of a crawl.
pub struct Frontier {
    known: HashSet<Url>,
    queue: VecDeque<Url>,
    under_way: usize,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        Frontier {
            known: HashSet::from([start.clone()]),
            queue: VecDeque::from([start]),
            under_way: 0,
        }
    }

    /// A page to fetch.
    pub fn take(&mut self) -> Option<Url> {
        self.under_way += 1;
        self.queue.pop_front()
    }

    /// A page that was given out has been fetched, and links to these.
    pub fn done(&mut self, links: &[Url]) {
        self.under_way -= 1;
        for link in links {
            if self.known.insert(link.clone()) {
                self.queue.push_back(link.clone());
            }
        }
    }

    /// Set if there is no page to fetch, and there never will be.
    pub fn finished(&self) -> bool {
        self.queue.is_empty() && self.under_way == 0
    }
}

#[path = "../check.rs"]
mod check;
