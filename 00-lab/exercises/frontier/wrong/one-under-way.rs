//! Met with: it says that it is finished
//!
//! Notes that a page is under way, and not how many are.

use lab::Url;
use std::collections::{HashSet, VecDeque};

/// The pages of a crawl.
pub struct Frontier {
    known: HashSet<Url>,
    queue: VecDeque<Url>,
    under_way: bool,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        Frontier {
            known: HashSet::from([start.clone()]),
            queue: VecDeque::from([start]),
            under_way: false,
        }
    }

    /// A page to fetch.
    pub fn take(&mut self) -> Option<Url> {
        let url = self.queue.pop_front()?;
        self.under_way = true;
        Some(url)
    }

    /// A page that was given out has been fetched, and links to these.
    pub fn done(&mut self, links: &[Url]) {
        self.under_way = false;
        for link in links {
            if self.known.insert(link.clone()) {
                self.queue.push_back(link.clone());
            }
        }
    }

    /// Set if there is no page to fetch, and there never will be.
    pub fn finished(&self) -> bool {
        self.queue.is_empty() && !self.under_way
    }
}

#[path = "../check.rs"]
mod check;
