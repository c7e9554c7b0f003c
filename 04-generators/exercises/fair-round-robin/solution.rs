//! Solution: a fair round robin.
//!
//! One queue, in the order in which tasks are ready: the key is the time from
//! which on a task is ready, and a number that counts up. One that pauses is
//! ready now, and one that sleeps is ready later; that is the only difference.

use check::{Clock, Pause, Task};
use std::collections::BTreeMap;
use std::time::Duration;

/// Tasks that take turns.
pub struct Scheduler {
    clock: Clock,
    queue: BTreeMap<(Duration, usize), Task>,
    ever_queued: usize,
}

impl Scheduler {
    /// One that has no tasks yet.
    pub fn new(clock: Clock) -> Scheduler {
        Scheduler { clock, queue: BTreeMap::new(), ever_queued: 0 }
    }

    /// Adds a task, which is ready from now on.
    pub fn spawn(&mut self, task: Task) {
        self.push(Duration::ZERO, task);
    }

    /// Queues a task that is ready after `time`.
    fn push(&mut self, time: Duration, task: Task) {
        // It may sleep for ever.
        let ready = self.clock.now().saturating_add(time);
        self.ever_queued += 1;
        self.queue.insert((ready, self.ever_queued), task);
    }

    /// Runs until all tasks have come to their end. While none is ready, the
    /// clock sleeps, until the first of them is.
    pub fn run(&mut self) {
        while let Some(((ready, _), mut task)) = self.queue.pop_first() {
            self.clock.sleep_until(ready);
            // It may spawn others.
            match task.resume(self) {
                Pause::Turn => self.push(Duration::ZERO, task),
                Pause::Sleep(time) => self.push(time, task),
                Pause::End => {}
            }
        }
    }
}

#[path = "fair-round-robin/check.rs"]
mod check;
