//! What a rung is asked to crawl, and within which limits.

use crate::frontier::Frontier;
use std::time::{Duration, Instant};
use url::Url;

/// A crawl to be done: where it starts, how many at once, and until when.
#[derive(Clone, Debug)]
pub struct Job {
    /// The most requests that may be in flight.
    pub at_once: usize,
    /// How long to wait for one page, over all its reads.
    pub timeout: Duration,
    /// The crawl ends here, whether it is done or not.
    pub deadline: Instant,
    /// On how many threads the tasks are to run, if that is a choice.
    pub workers: usize,
    /// One of the rung's [styles](crate::Rung::styles), if it has any.
    pub style: Option<&'static str>,
    pub(crate) start: Url,
}

impl Job {
    /// The frontier at the start of the crawl: one page known, none asked for.
    /// After the deadline it has no next page.
    pub fn frontier(&self) -> Frontier {
        Frontier::new(self.start.clone()).until(self.deadline)
    }

    /// When to give up on a page that is asked for now.
    pub fn give_up(&self) -> Instant {
        self.deadline.min(Instant::now() + self.timeout)
    }
}
