//! What a crawl has found out.

use super::ideal::ideal;
use super::{Known, Room, State};
use crate::http::{Failure, checksum, path};
use std::time::Duration;
use url::Url;

/// What a crawl has found out. Every list is sorted.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// How many pages were fetched; redirects are pages, too.
    pub pages: usize,
    /// Pages that there was an answer for, or no answer in time, but not what
    /// there should be; and why.
    pub failed: Vec<(Url, Failure)>,
    /// Pages that were heard of, but not fetched before the crawl ended: not
    /// taken by anybody, or not done, or timed out by the crawl's deadline.
    pub not_reached: Vec<Url>,
    /// The bytes of all bodies of `pages` together.
    pub bytes: usize,
    /// The sum over those bodies, see [`checksum`].
    pub checksum: String,
    /// The pages that gave an answer, failed ones too, with its status.
    pub listing: Vec<(u16, Url)>,
    /// The pages that were [put back](crate::Frontier::put_back), and how
    /// often: so often they may have been asked for in vain.
    pub put_back: Vec<(Url, u32)>,
    /// How many pages could be under way, if the system had no more for us.
    pub room: Option<Room>,
    /// How long was waited for pages, added up.
    pub sum_of_waits: Duration,
    /// How long was waited for each page, in the order of their discovery.
    waits: Vec<Duration>,
    /// Which pages, of those waited for, each was the first to link to.
    found: Vec<Vec<usize>>,
    no_start: Option<Failure>,
}

impl Results {
    /// How long the crawl would have taken with `at_once` pages at once at
    /// all times, if there were so many known, and no other costs than the
    /// waits that were measured.
    ///
    /// # Panics
    ///
    /// If `at_once` is zero.
    pub fn ideal(&self, at_once: usize) -> Duration {
        ideal(at_once, &self.waits, &self.found)
    }

    /// Why there was no crawl, if already its first page gave no answer.
    pub fn no_start(&self) -> Option<&Failure> {
        self.no_start.as_ref()
    }

    pub(super) fn of(pages: &[Known]) -> Results {
        let mut results = Results::default();
        let mut digests = Vec::new();
        let in_circles = in_circles(pages);
        for (place, page) in pages.iter().enumerate() {
            results.wait_for(place, page);
            let url = || page.url.clone();
            if page.put_back > 0 {
                results.put_back.push((url(), page.put_back));
            }
            if let Some(status) = page.status() {
                results.listing.push((status, url()));
            }
            let State::Done { kept, .. } = &page.state else {
                results.not_reached.push(url());
                continue;
            };
            match kept {
                Ok(kept) if !in_circles[place] => {
                    results.pages += 1;
                    results.bytes += kept.bytes;
                    digests.push((path(&page.url), kept.digest));
                }
                Ok(_) => results.failed.push((url(), Failure::RedirectLoop)),
                Err(why) => results.failed.push((url(), why.clone())),
            }
        }
        // An answer that nobody understood is none.
        if results.listing.is_empty() {
            let start = results.failed.first();
            results.no_start = start.map(|(_, why)| why.clone());
        }
        results.checksum = checksum(digests);
        results.failed.sort_by(|(a, _), (b, _)| a.cmp(b));
        results.not_reached.sort();
        results.put_back.sort();
        results.listing.sort();
        results
    }

    /// Notes how long was waited for a page, if it was, and whose link it is.
    fn wait_for(&mut self, place: usize, page: &Known) {
        self.waits.push(Duration::ZERO);
        self.found.push(Vec::new());
        if let State::Done { waited, .. } = page.state {
            self.sum_of_waits += waited;
            self.waits[place] = waited;
            if let Some(finder) = page.found_by {
                self.found[finder].push(place);
            }
        }
    }
}

/// Of each page, whether it redirects without an end: in a circle, or into
/// one.
fn in_circles(pages: &[Known]) -> Vec<bool> {
    let target = |place: usize| match &pages[place].state {
        State::Done { kept: Ok(kept), .. } => kept.redirects_to,
        _ => None,
    };
    let mut endless = vec![false; pages.len()];
    // On which walk a page was met first.
    let mut walks = vec![None; pages.len()];
    for start in 0..pages.len() {
        let mut way = Vec::new();
        let mut next = Some(start);
        while let Some(place) = next.filter(|place| walks[*place].is_none()) {
            walks[place] = Some(start);
            way.push(place);
            next = target(place);
        }
        // The walk has come to an end, to its own trace, or to that of an
        // earlier walk, of which we know how it ended.
        let no_end =
            next.is_some_and(|met| walks[met] == Some(start) || endless[met]);
        for place in way {
            endless[place] = no_end;
        }
    }
    endless
}
