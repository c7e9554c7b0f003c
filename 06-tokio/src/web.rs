//! The real web: https, and the sites of others. They are asked by a client
//! that others have written, and with the manners of a guest.

mod client;
mod answer;
mod content;
mod why;
mod robots;
mod pace;
mod retry;

pub use client::HttpClient;

use crate::{RUNG, waits_for};
use answer::Answer;
use client::Client;
use lab::{Failure, Fetched, Incoming, Job, Url, is_loopback};
use pace::Pace;
use retry::Tries;
use robots::Robots;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::{sleep, timeout_at};

/// Without a flag, and on other machines, two requests a second.
const DELAY: Duration = Duration::from_millis(500);

/// Fetches the pages of a site on the web. A clone shares all with the
/// original: connections, manners, and what `robots.txt` says.
#[derive(Clone)]
pub struct Web(Arc<Shared>);

struct Shared {
    job: Job,
    client: Client,
    pace: Pace,
    robots: OnceCell<Result<Robots, Failure>>,
}

impl Web {
    /// What fetches the pages of this job; `None` if its site is the problem
    /// itself, plain HTTP on this machine.
    pub fn of(job: &Job) -> Option<Web> {
        let is_ours = is_loopback(job.start());
        if is_ours && job.start().scheme() == "http" {
            return None;
        }
        let usual = if is_ours { Duration::ZERO } else { DELAY };
        Some(Web(Arc::new(Shared {
            job: job.clone(),
            client: Client::new(job.at_once, job.manners.contact.as_deref()),
            pace: Pace::new(job.manners.delay.unwrap_or(usual)),
            robots: OnceCell::new(),
        })))
    }

    /// Fetches a page, if the site lets us and once it is our turn. What may
    /// pass is tried again. Gives up at the end of the crawl; dropping the
    /// future ends the fetch, too.
    ///
    /// # Errors
    ///
    /// [`Failure`] says why there is no page.
    pub async fn fetch(&self, url: &Url) -> Fetched {
        let Web(shared) = self;
        let fetched =
            timeout_at(shared.job.deadline.into(), shared.fetch(url)).await;
        fetched.unwrap_or(Err(Failure::TimedOut))
    }
}

impl Shared {
    async fn fetch(&self, url: &Url) -> Fetched {
        // The first page that is wanted asks for the rules, and the others
        // wait for them.
        let rules = self.robots.get_or_init(|| self.ask_for_rules(url));
        let rules = waits_for("robots.txt", rules).await;
        rules.as_ref().map_err(Failure::clone)?.allow(url)?;
        let (incoming, answer) = self.ask(url).await?;
        if let Some(elsewhere) = answer.redirect(url)
            && url == self.job.start()
            && elsewhere.origin() != url.origin()
        {
            let name = RUNG.name;
            eprintln!("{name}: the site has moved; crawl --site {elsewhere}");
        }
        answer.into_page(incoming)
    }

    /// Asks for `robots.txt`, and takes the delay from it, if it is longer.
    async fn ask_for_rules(&self, url: &Url) -> Result<Robots, Failure> {
        let mut url = url.join("/robots.txt").expect("a path");
        // It may be elsewhere, as far as five redirects away.
        for _ in 0..=5 {
            let (_, answer) = self.ask(&url).await?;
            let Some(elsewhere) = answer.redirect(&url) else {
                let robots = Robots::of(answer)?;
                self.pace.slow_down(robots.delay);
                return Ok(robots);
            };
            url = elsewhere;
        }
        Ok(Robots::default())
    }

    /// Asks until there is an answer that counts, or no hope of one. Pages are
    /// in flight while their `Incoming` is there.
    async fn ask(&self, url: &Url) -> Result<(Incoming, Answer), Failure> {
        let mut tries = Tries::new(self.job.manners.retries);
        loop {
            waits_for("its turn", self.pace.turn()).await;
            let incoming = Incoming::new(url);
            let answer = self.client.get(url);
            let answer = timeout_at(self.job.give_up().into(), answer);
            let answer = waits_for("an answer", answer).await;
            let answer = answer.unwrap_or(Err(Failure::TimedOut));
            let Some(wait) = tries.wait_after(&answer) else {
                return Ok((incoming, answer?));
            };
            drop(incoming);
            // A site that has asked for a pause is not asked for other pages,
            // either.
            if wait.is_wanted {
                self.pace.pause(wait.time);
            }
            waits_for("another try", sleep(wait.time)).await;
        }
    }
}
