//! One list of all pages in the order in which they were found, and two
//! numbers: how many were given out, and how many are done.

use lab::Url;

/// The pages of a crawl.
pub struct Frontier {
    known: Vec<Url>,
    given: usize,
    done: usize,
}

impl Frontier {
    /// Knows of one page.
    pub fn new(start: Url) -> Frontier {
        Frontier { known: vec![start], given: 0, done: 0 }
    }

    /// A page to fetch.
    pub fn take(&mut self) -> Option<Url> {
        let url = self.known.get(self.given).cloned();
        self.given += usize::from(url.is_some());
        url
    }

    /// A page that was given out has been fetched, and links to these.
    pub fn done(&mut self, links: &[Url]) {
        self.done += 1;
        for link in links {
            if !self.known.contains(link) {
                self.known.push(link.clone());
            }
        }
    }

    /// Set if there is no page to fetch, and there never will be.
    pub fn finished(&self) -> bool {
        self.done == self.known.len()
    }
}

#[path = "frontier/check.rs"]
mod check;
