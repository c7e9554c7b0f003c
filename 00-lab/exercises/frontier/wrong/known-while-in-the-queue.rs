//! Met with: was given out twice
//!
//! Looks for a page in the queue alone, where it is no longer once it is taken.

use lab::Url;
use std::collections::VecDeque;

/// The pages of a crawl.
pub struct Frontier {
    queue: VecDeque<Url>,
    under_way: usize,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        Frontier { queue: VecDeque::from([start]), under_way: 0 }
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
            if !self.queue.contains(link) {
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
