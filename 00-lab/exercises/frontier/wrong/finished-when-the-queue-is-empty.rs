//! Met with: it says that it is finished, and / is under way
//!
//! Forgets that a page under way may link to more.

use lab::Url;
use std::collections::{HashSet, VecDeque};

/// The pages of a crawl.
pub struct Frontier {
    known: HashSet<Url>,
    queue: VecDeque<Url>,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        Frontier {
            known: HashSet::from([start.clone()]),
            queue: VecDeque::from([start]),
        }
    }

    /// A page to fetch: each page is given out once. `None` if there is none
    /// just now.
    pub fn take(&mut self) -> Option<Url> {
        self.queue.pop_front()
    }

    /// A page that was given out has been fetched, and links to these. One that
    /// could not be fetched links to none.
    pub fn done(&mut self, links: &[Url]) {
        for link in links {
            if self.known.insert(link.clone()) {
                self.queue.push_back(link.clone());
            }
        }
    }

    /// Set if there is no page to fetch, and there never will be.
    pub fn finished(&self) -> bool {
        self.queue.is_empty()
    }
}

#[path = "../check.rs"]
mod check;
