//! 3-5 · Timers: the wait ends when the next one is due.
//!
//!     cargo run -p callbacks --bin 3-5-timers
//!
//! Look at the late pages: they are reported in the order of the list. For the
//! others the timer is cancelled.

use callbacks::steps::{Fetch, Waits};
use lab::{Failure, Lane, Site};
use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

/// Three of the eight pages take longer.
const PATIENCE: Duration = Duration::from_millis(57);

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let mut events = Loop { waits: Waits::new()?, timers: BTreeMap::new() };

    let due = Instant::now() + PATIENCE;
    for (number, url) in site.pages(8).into_iter().enumerate() {
        let fetch = Fetch::begin(&url)?;
        let timer = (due, number);
        let then = move |events: &mut Loop, fetch| {
            events.timers.remove(&timer);
            receive(events, fetch);
        };
        events.waits.insert(fetch, Box::new(then));
        events.at(timer, Box::new(move |_| println!("{} is late", url.path())));
    }
    events.run()?;

    site.finish();
    Ok(())
}

/// Is called when there is something to read.
fn receive(events: &mut Loop, mut fetch: Fetch) {
    match fetch.receive() {
        Ok(Some(page)) => println!("{page}"),
        Ok(None) => events.waits.insert(fetch, Box::new(receive)),
        // There is no caller that would want to know.
        Err(why) => println!("no page: {why}"),
    }
}

/// What is called once, with the fetch that it has waited for.
type Callback = Box<dyn FnOnce(&mut Loop, Fetch)>;

/// When a timer is due, and its number: no two are equal.
type Timer = (Instant, usize);
type TimerCallback = Box<dyn FnOnce(&mut Loop)>;

struct Loop {
    /// The fetches that wait, and for each what is to be called.
    waits: Waits<Callback>,
    /// In the order in which they are due.
    timers: BTreeMap<Timer, (Lane, TimerCallback)>,
}

impl Loop {
    /// Has `then` called when the timer is due.
    fn at(&mut self, timer: Timer, then: TimerCallback) {
        let lane = Lane::new("timer");
        lane.waits("its time");
        self.timers.insert(timer, (lane, then));
    }

    /// Waits and calls, until nothing is left to wait for.
    fn run(&mut self) -> io::Result<()> {
        while !self.waits.is_empty() || !self.timers.is_empty() {
            let due = self.timers.keys().next().map(|timer| timer.0);
            let left =
                due.map(|at| at.saturating_duration_since(Instant::now()));
            for (lane, fetch, then) in self.waits.wait(left)? {
                lane.runs();
                then(self, fetch);
            }
            let now = Instant::now();
            while let Some(first) = self.timers.first_entry()
                && first.key().0 <= now
            {
                let (lane, then) = first.remove();
                lane.runs();
                then(self);
            }
        }
        Ok(())
    }
}
