//! Met with: it says that it is finished, and / is under way
//!
//! Finished when as many were given out as are known. More may be found.

use lab::Url;
use std::collections::{HashSet, VecDeque};

/// The pages of a crawl.
pub struct Frontier {
    known: HashSet<Url>,
    queue: VecDeque<Url>,
    taken: usize,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        Frontier {
            known: HashSet::from([start.clone()]),
            queue: VecDeque::from([start]),
            taken: 0,
        }
    }

    /// A page to fetch.
    pub fn take(&mut self) -> Option<Url> {
        let url = self.queue.pop_front()?;
        self.taken += 1;
        Some(url)
    }

    /// A page that was given out has been fetched, and links to these.
    pub fn done(&mut self, links: &[Url]) {
        for link in links {
            if self.known.insert(link.clone()) {
                self.queue.push_back(link.clone());
            }
        }
    }

    /// Set if there is no page to fetch, and there never will be.
    pub fn finished(&self) -> bool {
        self.taken == self.known.len()
    }
}

#[path = "../check.rs"]
mod check;
