//! The pages of a crawl: which are known, queued, under way and done.

mod results;
mod ideal;

pub use ideal::ideal;
pub use results::Results;

use crate::failure::Failure;
use crate::http::{Digest, Fetched, Page};
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};
use url::Url;

/// The pages of a crawl: every page that was found, each once, and its state.
///
/// It fetches nothing and waits for nothing. A crawler takes the
/// [`next`](Frontier::next) page, fetches it, and calls
/// [`done`](Frontier::done), until the crawl is
/// [`finished`](Frontier::finished). How many pages are under way at once is up
/// to the crawler.
///
/// ```
/// use lab::{Failure, Frontier};
///
/// let mut frontier = Frontier::new("http://127.0.0.1/".parse().unwrap());
/// let url = frontier.next().unwrap();
/// // Nothing to take now; but the page under way may link to more.
/// assert!(frontier.next().is_none() && !frontier.finished());
///
/// frontier.done(&url, Err(Failure::TimedOut));
/// assert!(frontier.finished());
/// assert_eq!(frontier.results().failed, [(url, Failure::TimedOut)]);
/// ```
#[derive(Default)]
pub struct Frontier {
    /// In the order of their discovery.
    pages: Vec<Known>,
    /// Where in `pages` a page is.
    places: HashMap<Url, usize>,
    queue: VecDeque<usize>,
    under_way: usize,
    /// The most pages that have been under way at once so far.
    peak: usize,
    /// The most that may be under way, if the system has run short.
    room: Option<Room>,
    deadline: Option<Instant>,
    /// Set once the deadline has passed.
    over: bool,
}

/// The limit on pages under way, after the system has run short of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// The most pages under way.
    pub pages: usize,
    /// What the system has no more of.
    pub why: Failure,
}

/// A page that was found.
struct Known {
    url: Url,
    /// The place of the page that first linked to it; the start has none.
    found_by: Option<usize>,
    state: State,
    /// How often it was taken and put back.
    put_back: u32,
}

enum State {
    Queued,
    UnderWay { since: Instant },
    Done { waited: Duration, kept: Result<Kept, Failure> },
}

/// What is kept of a page: not its body, since all bodies would fill the
/// memory.
struct Kept {
    status: u16,
    bytes: usize,
    digest: Digest,
    redirects_to: Option<usize>,
}

impl Known {
    /// The status of its answer, if there was one.
    fn status(&self) -> Option<u16> {
        match &self.state {
            State::Done { kept: Ok(kept), .. } => Some(kept.status),
            State::Done { kept: Err(Failure::Status(status)), .. } => {
                Some(*status)
            }
            _ => None,
        }
    }
}

impl Frontier {
    /// A frontier that knows one page, `start`, which is not taken yet.
    pub fn new(mut start: Url) -> Frontier {
        start.set_fragment(None);
        let mut frontier = Frontier::default();
        frontier.find(start, None);
        frontier
    }

    /// Ends the crawl with the first page that comes back after `deadline`.
    /// Then there is no next page, and a page that times out counts as not
    /// reached, not as failed.
    ///
    /// Only [`done`](Frontier::done) and [`put_back`](Frontier::put_back) look
    /// at the clock. If the deadline could pass between two other calls, a
    /// thread might see first that the crawl is not finished, then that there
    /// is no next page, and wait for a page under way that does not exist.
    pub fn until(mut self, deadline: Instant) -> Frontier {
        self.deadline = Some(deadline);
        self
    }

    /// Takes the next page of the queue. `None` if the queue is empty, or if no
    /// more pages may be under way; that may change when a page is done.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator has nothing more to give after None"
    )]
    pub fn next(&mut self) -> Option<Url> {
        let room = self.room.as_ref().map_or(usize::MAX, |room| room.pages);
        if self.over || self.under_way >= room {
            return None;
        }
        let place = self.queue.pop_front()?;
        let page = &mut self.pages[place];
        page.state = State::UnderWay { since: Instant::now() };
        self.under_way += 1;
        self.peak = self.peak.max(self.under_way);
        Some(page.url.clone())
    }

    /// Notes what became of a page that was taken, and the pages it links to.
    ///
    /// If the system ran short of something, the page has not failed as long as
    /// others are under way: it is put back, and from now on one page less may
    /// be under way.
    ///
    /// # Panics
    ///
    /// If `url` was not taken, or is done already.
    pub fn done(&mut self, url: &Url, fetched: Fetched) {
        self.look_at_the_clock();
        if self.over && fetched == Err(Failure::TimedOut) {
            return self.put_back(url);
        }
        if let Err(why @ Failure::Shortage(_)) = &fetched
            && self.shrink(why)
        {
            return self.put_back(url);
        }
        let (place, since) = self.returned(url);
        let waited = match &fetched {
            Ok(page) => page.took,
            Err(_) => since.elapsed(),
        };
        let kept = fetched.map(|page| self.keep(place, page));
        self.pages[place].state = State::Done { waited, kept };
    }

    /// Puts a page that was taken back into the queue, at its end: the thread
    /// or process that took it cannot fetch it any more.
    ///
    /// # Panics
    ///
    /// If `url` was not taken, or is done already.
    pub fn put_back(&mut self, url: &Url) {
        self.look_at_the_clock();
        let (place, _) = self.returned(url);
        self.pages[place].state = State::Queued;
        self.pages[place].put_back += 1;
        self.queue.push_back(place);
    }

    /// Set if no page is under way, and none is left to be taken.
    pub fn finished(&self) -> bool {
        self.under_way == 0 && (self.queue.is_empty() || self.over)
    }

    /// What the crawl has found out so far.
    pub fn results(&self) -> Results {
        let mut results = Results::of(&self.pages);
        results.room.clone_from(&self.room);
        results
    }

    /// Lets one page less be under way; gives back `false` if none would be
    /// left.
    fn shrink(&mut self, why: &Failure) -> bool {
        let pages = self.room.as_ref().map_or(self.peak, |room| room.pages);
        if pages < 2 {
            return false;
        }
        self.room = Some(Room { pages: pages - 1, why: why.clone() });
        true
    }

    fn look_at_the_clock(&mut self) {
        self.over = self.deadline.is_some_and(|end| end <= Instant::now());
    }

    /// Notes that a page is no longer under way. Gives back its place, and when
    /// it was taken.
    fn returned(&mut self, url: &Url) -> (usize, Instant) {
        let Some(&place) = self.places.get(url) else {
            panic!("{url} was never found");
        };
        match self.pages[place].state {
            State::Queued => panic!("{url} was not taken"),
            State::Done { .. } => panic!("{url} was done before"),
            State::UnderWay { since } => {
                self.under_way -= 1;
                (place, since)
            }
        }
    }

    /// Finds the pages that a page links to, and keeps what the results need.
    fn keep(&mut self, place: usize, page: Page) -> Kept {
        let found = page.links.into_iter();
        let found: Vec<_> =
            found.map(|link| self.find(link, Some(place))).collect();
        let redirects = (300..400).contains(&page.status);
        Kept {
            status: page.status,
            bytes: page.body.len(),
            digest: page.digest,
            redirects_to: found.first().copied().filter(|_| redirects),
        }
    }

    /// Queues a page if it is new; gives back its place.
    fn find(&mut self, url: Url, found_by: Option<usize>) -> usize {
        if let Some(&place) = self.places.get(&url) {
            return place;
        }
        let place = self.pages.len();
        self.places.insert(url.clone(), place);
        self.pages.push(Known {
            url,
            found_by,
            state: State::Queued,
            put_back: 0,
        });
        self.queue.push_back(place);
        place
    }
}

#[cfg(test)]
mod tests;
