//! How fast a site is asked.

use std::sync::Mutex;
use std::time::Duration;
use tokio::sync;
use tokio::time::{Instant, sleep_until};

/// Lets requests go one after the other, with a delay between each two.
pub(super) struct Pace {
    /// Held by the task whose turn is next. The others queue for it, and one
    /// that is dropped meanwhile holds nobody up.
    next: sync::Mutex<()>,
    clock: Mutex<Clock>,
}

struct Clock {
    delay: Duration,
    /// The next request does not go before this.
    not_before: Instant,
}

impl Pace {
    pub fn new(delay: Duration) -> Pace {
        let clock = Clock { delay, not_before: Instant::now() };
        Pace { next: sync::Mutex::new(()), clock: Mutex::new(clock) }
    }

    /// Waits until the caller may ask.
    pub async fn turn(&self) {
        let _next = self.next.lock().await;
        // While this one sleeps, the site may want a pause.
        while let Some(time) = self.is_early() {
            sleep_until(time).await;
        }
    }

    /// From now on, at least this much time is between two requests.
    pub fn slow_down(&self, delay: Duration) {
        let mut clock = self.clock.lock().unwrap();
        if delay > clock.delay {
            // The last request went with the shorter delay.
            let longer = delay - clock.delay;
            clock.not_before += longer;
            clock.delay = delay;
        }
    }

    /// For this time nothing is asked.
    pub fn pause(&self, time: Duration) {
        let mut clock = self.clock.lock().unwrap();
        clock.not_before = clock.not_before.max(Instant::now() + time);
    }

    /// When to look again; `None` if the time has come, and then the next
    /// request goes a delay later.
    fn is_early(&self) -> Option<Instant> {
        let mut clock = self.clock.lock().unwrap();
        let now = Instant::now();
        if now < clock.not_before {
            return Some(clock.not_before);
        }
        clock.not_before = now + clock.delay;
        None
    }
}

#[cfg(test)]
mod tests;
