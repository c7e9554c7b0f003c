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
    let waits = Waits::new()?;
    let mut events = Loop { waits, timers: BTreeMap::new(), timers_set: 0 };
    let due = Instant::now() + PATIENCE;
    for url in site.pages(8) {
        let fetch = Fetch::begin(&url)?;
        let late = move |_: &mut Loop| println!("{} is late", url.path());
        let timer = events.at(due, Box::new(late));
        wait(&mut events, fetch, timer)?;
    }
    events.run()?;
    site.finish();
    Ok(())
}

/// Has `receive` called once there is something to read.
fn wait(events: &mut Loop, fetch: Fetch, timer: Timer) -> io::Result<()> {
    let then = move |events: &mut Loop, fetch| receive(events, fetch, timer);
    events.waits.insert(fetch, Box::new(then))
}

fn receive(events: &mut Loop, mut fetch: Fetch, timer: Timer) {
    match fetch.receive() {
        Ok(Some(page)) => {
            events.cancel(timer);
            println!("{page}");
        }
        Ok(None) => wait(events, fetch, timer).expect("it could wait before"),
        Err(why) => println!("no page: {why}"),
    }
}

/// When it is due, and its number: no two are equal.
type Timer = (Instant, u64);

type Callback = Box<dyn FnOnce(&mut Loop, Fetch)>;
type TimerCallback = Box<dyn FnOnce(&mut Loop)>;

struct Loop {
    waits: Waits<Callback>,
    /// In the order in which they are due.
    timers: BTreeMap<Timer, (Lane, TimerCallback)>,
    timers_set: u64,
}

impl Loop {
    /// Calls `then` once it is `due`.
    fn at(&mut self, due: Instant, then: TimerCallback) -> Timer {
        let timer = (due, self.timers_set);
        self.timers_set += 1;
        let lane = Lane::new("timer");
        lane.waits("its time");
        self.timers.insert(timer, (lane, then));
        timer
    }

    /// Drops what was to be called, if it has not been called yet.
    fn cancel(&mut self, timer: Timer) {
        self.timers.remove(&timer);
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
