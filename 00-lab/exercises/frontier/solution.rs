//! Solution: the frontier.
//!
//! A page is known as soon as another links to it, and not when it is there: so
//! it is queued once. A page that is under way may link to more, so those under
//! way are counted.

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

    /// A page to fetch: each page is given out once. `None` if there is none
    /// just now.
    pub fn take(&mut self) -> Option<Url> {
        let url = self.queue.pop_front()?;
        self.under_way += 1;
        Some(url)
    }

    /// A page that was given out has been fetched, and links to these. One that
    /// could not be fetched links to none.
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

#[path = "frontier/check.rs"]
mod check;
