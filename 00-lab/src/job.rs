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
    /// How to behave on the web, if the site is there.
    pub manners: Manners,
    pub(crate) start: Url,
}

/// How a crawl behaves towards the site of somebody else.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// The least time from one request to the next. `None` leaves that to the
    /// rung.
    pub delay: Option<Duration>,
    /// How often to ask for a page again, after what may pass.
    pub retries: u32,
    /// Where the crawler's owner can be reached.
    pub contact: Option<String>,
}

impl Job {
    /// The frontier at the start of the crawl: one page known, none asked for.
    /// After the deadline it has no next page.
    pub fn frontier(&self) -> Frontier {
        Frontier::new(self.start.clone()).until(self.deadline)
    }

    /// Where the crawl starts.
    pub fn start(&self) -> &Url {
        &self.start
    }

    /// When to give up on a page that is asked for now.
    pub fn give_up(&self) -> Instant {
        self.deadline.min(Instant::now() + self.timeout)
    }
}
