//! What is known of each page is its state. Nothing is counted by hand.

use lab::Url;
use std::collections::BTreeMap;

#[derive(PartialEq)]
enum State {
    Found,
    Given,
}

/// The pages of a crawl.
pub struct Frontier {
    pages: BTreeMap<String, State>,
    done: usize,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        let pages = BTreeMap::from([(start.to_string(), State::Found)]);
        Frontier { pages, done: 0 }
    }

    /// A page to fetch.
    pub fn take(&mut self) -> Option<Url> {
        let mut pages = self.pages.iter_mut();
        let (url, state) = pages.find(|(_, state)| **state == State::Found)?;
        *state = State::Given;
        Some(url.parse().unwrap())
    }

    /// A page that was given out has been fetched, and links to these.
    pub fn done(&mut self, links: &[Url]) {
        for link in links {
            self.pages.entry(link.to_string()).or_insert(State::Found);
        }
        self.done += 1;
    }

    /// Set if there is no page to fetch, and there never will be.
    pub fn finished(&self) -> bool {
        self.done == self.pages.len()
    }
}

#[path = "frontier/check.rs"]
mod check;
