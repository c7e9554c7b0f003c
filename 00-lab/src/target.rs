//! The site to crawl: the slow one, or any other.

use crate::frontier::Results;
use crate::http::path;
use crate::site::{Answer, Seen, Shape, Site};
use std::collections::BTreeSet;
use std::io;
use std::time::Duration;
use url::Url;

/// The site to crawl. The slow site's process watches this one, so it is
/// started for another site, too.
pub(crate) struct Target {
    slow: Site,
    theirs: Option<Url>,
}

/// What the slow site has seen of a crawl. For another site these are the
/// crawl's own figures.
pub(crate) struct Verdict {
    /// The most requests in flight, as the slow site saw it.
    pub peak: Option<usize>,
    pub sum_of_waits: Duration,
    /// What a crawler with no costs of its own would have needed.
    pub ideal: Duration,
    /// Whether the results are what the slow site's shape implies.
    pub right: Option<Result<(), String>>,
}

impl Target {
    /// Starts the slow site, whose process ends this one if it hangs. It may
    /// wait for as long as `wait` for a page.
    pub fn open(
        theirs: Option<Url>,
        shape: &Shape,
        wait: Duration,
    ) -> io::Result<Target> {
        Ok(Target { slow: Site::start_watched(shape, wait)?, theirs })
    }

    pub fn url(&self) -> &Url {
        self.theirs.as_ref().unwrap_or(self.slow.url())
    }

    pub fn end(self, results: &Results, at_once: usize) -> Verdict {
        if self.theirs.is_some() {
            return Verdict {
                peak: None,
                sum_of_waits: results.sum_of_waits,
                ideal: results.ideal(at_once),
                right: None,
            };
        }
        let answer = self.slow.answer().clone();
        let seen = self.slow.end();
        Verdict {
            peak: Some(seen.peak),
            sum_of_waits: seen.sum_of_waits,
            ideal: answer.ideal(at_once),
            right: Some(compare(results, &answer, &seen)),
        }
    }
}

/// Compares what a crawl has found with the answer, and how often it asked for
/// each page with how often it had to.
///
/// # Errors
///
/// The first difference.
fn compare(
    results: &Results,
    answer: &Answer,
    seen: &Seen,
) -> Result<(), String> {
    // A page that was put back may have been asked for in vain.
    for (page, hits) in seen.hits.iter().filter(|(_, hits)| **hits > 1) {
        let mut put_back = results.put_back.iter();
        let times = put_back.find(|(url, _)| path(url) == page);
        if *hits > 1 + times.map_or(0, |(_, times)| *times) {
            return Err(format!("{page} was asked for {hits} times"));
        }
    }
    if !results.not_reached.is_empty() {
        return Err(format!("{} not reached", results.not_reached.len()));
    }
    // Exactly the pages that had to fail have failed, for the right reasons.
    for (url, why) in &results.failed {
        let (page, why) = (path(url), why.to_string());
        match answer.failed.get(page) {
            None => return Err(format!("{page} did not have to fail: {why}")),
            Some(words) if !why.contains(words) => {
                return Err(format!("{page} failed, but not so: {why}"));
            }
            Some(_) => {}
        }
    }
    let failed: BTreeSet<_> =
        results.failed.iter().map(|(url, _)| path(url)).collect();
    let mut should_fail = answer.failed.keys();
    if let Some(page) = should_fail.find(|page| !failed.contains(&***page)) {
        return Err(format!("{page} should have failed"));
    }
    // The others are all there, with the right contents.
    let is = (results.pages, &results.checksum);
    let should_be = (answer.good.len(), &answer.checksum);
    if is != should_be {
        let ((pages, sum), (all, right)) = (is, should_be);
        return Err(format!(
            "{pages} pages with checksum {sum}; there are {all}, with {right}"
        ));
    }
    Ok(())
}
