//! A list that is always sorted: each task goes behind all that are ready no
//! later than it is. So it needs no numbers.

use check::{Clock, Pause, Task};
use std::collections::VecDeque;
use std::time::Duration;

/// Tasks that take turns.
pub struct Scheduler {
    clock: Clock,
    queue: VecDeque<(Duration, Task)>,
}

impl Scheduler {
    /// One that has no tasks yet.
    pub fn new(clock: Clock) -> Scheduler {
        Scheduler { clock, queue: VecDeque::new() }
    }

    /// Adds a task, which is ready from now on.
    pub fn spawn(&mut self, task: Task) {
        self.insert(self.clock.now(), task);
    }

    fn insert(&mut self, ready: Duration, task: Task) {
        let place = self.queue.partition_point(|it| it.0 <= ready);
        self.queue.insert(place, (ready, task));
    }

    /// Runs until all tasks have come to their end. While none is ready, the
    /// clock sleeps, until the first of them is.
    pub fn run(&mut self) {
        while let Some((ready, mut task)) = self.queue.pop_front() {
            if self.clock.now() < ready {
                self.clock.sleep_until(ready);
            }
            let after = match task.resume(self) {
                Pause::Turn => Duration::ZERO,
                Pause::Sleep(time) => time,
                Pause::End => continue,
            };
            self.insert(self.clock.now().saturating_add(after), task);
        }
    }
}

#[path = "fair-round-robin/check.rs"]
mod check;
