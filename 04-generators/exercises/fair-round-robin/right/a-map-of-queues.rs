//! For each time there is a queue of those that are ready from then on.

use check::{Clock, Pause, Task};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Tasks that take turns.
pub struct Scheduler {
    clock: Clock,
    queues: BTreeMap<Duration, VecDeque<Task>>,
}

impl Scheduler {
    /// One that has no tasks yet.
    pub fn new(clock: Clock) -> Scheduler {
        Scheduler { clock, queues: BTreeMap::new() }
    }

    /// Adds a task, which is ready from now on.
    pub fn spawn(&mut self, task: Task) {
        self.queue(Duration::ZERO, task);
    }

    fn queue(&mut self, after: Duration, task: Task) {
        let ready = self.clock.now().saturating_add(after);
        self.queues.entry(ready).or_default().push_back(task);
    }

    fn next(&mut self) -> Option<(Duration, Task)> {
        let mut queues = self.queues.iter_mut();
        let first = queues.find_map(|(at, queue)| {
            let task = queue.pop_front()?;
            Some((*at, task))
        });
        self.queues.retain(|_, queue| !queue.is_empty());
        first
    }

    /// Runs until all tasks have come to their end. While none is ready, the
    /// clock sleeps, until the first of them is.
    pub fn run(&mut self) {
        while let Some((ready, mut task)) = self.next() {
            self.clock.sleep_until(ready);
            match task.resume(self) {
                Pause::Turn => self.queue(Duration::ZERO, task),
                Pause::Sleep(time) => self.queue(time, task),
                Pause::End => {}
            }
        }
    }
}

#[path = "fair-round-robin/check.rs"]
mod check;
