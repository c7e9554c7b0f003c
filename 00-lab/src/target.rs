//! The site to crawl: the slow one, or one that we did not write.

use crate::frontier::Results;
use crate::site::{Answer, Seen, Shape, Site, Watcher};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;
use url::{Position, Url};

/// The site to crawl. Either has a process that watches ours.
pub(crate) enum Target {
    Ours(Box<Site>),
    Theirs(Url, Watcher),
}

/// What the slow site has to say of a crawl. Of another site there is only
/// what the crawl itself has measured.
pub(crate) struct Verdict {
    /// The most requests in flight.
    pub peak: Option<usize>,
    pub sum_of_waits: Duration,
    pub ideal: Duration,
    /// Whether the results are what the site's shape implies.
    pub right: Option<Result<(), String>>,
}

impl Target {
    /// Starts the slow site, unless another one is given; and a watchdog that
    /// ends this process if it records nothing for as long as `silence`.
    pub fn open(
        theirs: Option<&Url>,
        shape: &Shape,
        silence: Duration,
    ) -> io::Result<Target> {
        match theirs {
            None => {
                let site = Site::start_watched(shape, silence)?;
                Ok(Target::Ours(Box::new(site)))
            }
            Some(url) => {
                Ok(Target::Theirs(url.clone(), Watcher::start(silence)?))
            }
        }
    }

    pub fn url(&self) -> &Url {
        match self {
            Target::Ours(site) => site.url(),
            Target::Theirs(url, _) => url,
        }
    }

    pub fn end(self, results: &Results, at_once: usize) -> Verdict {
        match self {
            Target::Ours(site) => {
                let answer = site.answer().clone();
                let seen = site.end();
                Verdict {
                    peak: Some(seen.peak),
                    sum_of_waits: seen.sum_of_waits,
                    ideal: answer.ideal(at_once),
                    right: Some(compare(results, &answer, &seen)),
                }
            }
            Target::Theirs(_, watcher) => {
                watcher.end();
                Verdict {
                    peak: None,
                    sum_of_waits: results.sum_of_waits,
                    ideal: results.ideal(at_once),
                    right: None,
                }
            }
        }
    }
}

/// Whether a crawl has found what there is, and asked for each page once.
fn compare(
    results: &Results,
    answer: &Answer,
    seen: &Seen,
) -> Result<(), String> {
    let put_back = results.put_back.iter();
    let put_back: BTreeMap<&str, u32> = put_back
        .map(|(url, times)| (&url[Position::BeforePath..], *times))
        .collect();
    for (page, hits) in &seen.hits {
        if *hits > 1 + put_back.get(page.as_str()).unwrap_or(&0) {
            return Err(format!("{page} was asked for {hits} times"));
        }
    }
    if !results.not_reached.is_empty() {
        return Err(format!("{} not reached", results.not_reached.len()));
    }
    let failed = results.failed.iter();
    let failed: BTreeMap<&str, String> = failed
        .map(|(url, why)| (&url[Position::BeforePath..], why.to_string()))
        .collect();
    for (page, why) in &failed {
        match answer.failed.get(*page) {
            None => return Err(format!("{page} did not have to fail: {why}")),
            Some(words) if !why.contains(words) => {
                return Err(format!("{page} failed, but not so: {why}"));
            }
            Some(_) => {}
        }
    }
    let missed =
        answer.failed.keys().find(|page| !failed.contains_key(page.as_str()));
    if let Some(page) = missed {
        return Err(format!("{page} should have failed"));
    }
    if (results.pages, &results.checksum)
        != (answer.good.len(), &answer.checksum)
    {
        return Err(format!(
            "{} pages with checksum {}; there are {}, with {}",
            results.pages,
            results.checksum,
            answer.good.len(),
            answer.checksum
        ));
    }
    Ok(())
}
