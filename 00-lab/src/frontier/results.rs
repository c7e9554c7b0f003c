//! What a crawl has found out.

use super::ideal::ideal;
use super::{Known, Room, State};
use crate::failure::Failure;
use crate::http::{checksum, path};
use std::time::Duration;
use url::Url;

/// What a crawl has found out. Every list is sorted.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// How many pages were fetched; redirects are pages, too.
    pub pages: usize,
    /// Pages that could not be had, and why.
    pub failed: Vec<(Url, Failure)>,
    /// Pages that were found, but not fetched before the crawl's deadline.
    pub not_reached: Vec<Url>,
    /// The bytes of all bodies of `pages` together.
    pub bytes: usize,
    /// The sum over those bodies, see [`checksum`].
    pub checksum: String,
    /// The pages that gave an answer, failed ones too, with its status.
    pub listing: Vec<(u16, Url)>,
    /// The pages that were [put back](crate::Frontier::put_back), and how
    /// often. Each time they may have been asked for in vain.
    pub put_back: Vec<(Url, u32)>,
    /// How many pages could be under way, if the system ran short.
    pub room: Option<Room>,
    /// The waits for all pages, added up.
    pub sum_of_waits: Duration,
    /// The wait for each page, in the order of their discovery.
    waits: Vec<Duration>,
    /// For each page, the places of the pages that it was the first to link to.
    found: Vec<Vec<usize>>,
    /// Why there was no crawl, if its first page already gave no answer.
    pub(crate) no_start: Option<Failure>,
}

impl Results {
    /// How long the crawl would have taken if the measured waits were its only
    /// cost, with `at_once` pages under way whenever as many are known.
    ///
    /// # Panics
    ///
    /// If `at_once` is zero.
    pub fn ideal(&self, at_once: usize) -> Duration {
        ideal(at_once, &self.waits, &self.found)
    }

    pub(super) fn of(pages: &[Known]) -> Results {
        let mut results = Results::default();
        let mut digests = Vec::new();
        let endless = redirect_endlessly(pages);
        for (place, page) in pages.iter().enumerate() {
            results.note_wait(place, page);
            let url = || page.url.clone();
            if page.put_back > 0 {
                results.put_back.push((url(), page.put_back));
            }
            if let Some(status) = page.status() {
                results.listing.push((status, url()));
            }
            // Reached, failed or not reached.
            let State::Done { kept, .. } = &page.state else {
                results.not_reached.push(url());
                continue;
            };
            match kept {
                Ok(kept) if !endless[place] => {
                    results.pages += 1;
                    results.bytes += kept.bytes;
                    digests.push((path(&page.url), kept.digest));
                }
                Ok(_) => results.failed.push((url(), Failure::RedirectLoop)),
                Err(why) => results.failed.push((url(), why.clone())),
            }
        }
        // An answer without a status is none.
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

    /// Notes the wait for a page that is done, and which page had found it.
    fn note_wait(&mut self, place: usize, page: &Known) {
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

/// For each page, whether it redirects without an end: in a circle, or into
/// one.
fn redirect_endlessly(pages: &[Known]) -> Vec<bool> {
    let target = |place: usize| match &pages[place].state {
        State::Done { kept: Ok(kept), .. } => kept.redirects_to,
        _ => None,
    };
    let mut endless = vec![false; pages.len()];
    // The walk, by its start, that met a page first.
    let mut walks = vec![None; pages.len()];
    for start in 0..pages.len() {
        let mut way = Vec::new();
        let mut next = Some(start);
        while let Some(place) = next.filter(|place| walks[*place].is_none()) {
            walks[place] = Some(start);
            way.push(place);
            next = target(place);
        }
        // The walk is over, or has met its own trace, which is a circle, or
        // that of an earlier walk, whose end is known.
        let no_end =
            next.is_some_and(|met| walks[met] == Some(start) || endless[met]);
        for place in way {
            endless[place] = no_end;
        }
    }
    endless
}
