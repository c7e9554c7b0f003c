//! The page found last is given out first: a stack.

use lab::Url;
use std::collections::HashSet;

/// The pages of a crawl.
pub struct Frontier {
    known: HashSet<Url>,
    queue: Vec<Url>,
    under_way: usize,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        Frontier {
            known: HashSet::from([start.clone()]),
            queue: vec![start],
            under_way: 0,
        }
    }

    /// A page to fetch.
    pub fn take(&mut self) -> Option<Url> {
        let url = self.queue.pop()?;
        self.under_way += 1;
        Some(url)
    }

    /// A page that was given out has been fetched, and links to these.
    pub fn done(&mut self, links: &[Url]) {
        self.under_way -= 1;
        for link in links {
            if self.known.insert(link.clone()) {
                self.queue.push(link.clone());
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
