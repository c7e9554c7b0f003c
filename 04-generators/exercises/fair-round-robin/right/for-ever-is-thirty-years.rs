//! A heap of times, with a number for those that are equal. No sleep is longer
//! than thirty years.

use check::{Clock, Pause, Task};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

/// Tasks that take turns.
pub struct Scheduler {
    clock: Clock,
    times: BinaryHeap<Reverse<(Duration, u64)>>,
    tasks: BTreeMap<u64, Task>,
    next: u64,
}

impl Scheduler {
    /// One that has no tasks yet.
    pub fn new(clock: Clock) -> Scheduler {
        let (times, tasks) = (BinaryHeap::new(), BTreeMap::new());
        Scheduler { clock, times, tasks, next: 0 }
    }

    /// Adds a task, which is ready from now on.
    pub fn spawn(&mut self, task: Task) {
        self.queue(self.clock.now(), task);
    }

    fn queue(&mut self, ready: Duration, task: Task) {
        self.times.push(Reverse((ready, self.next)));
        self.tasks.insert(self.next, task);
        self.next += 1;
    }

    /// Runs until all tasks have come to their end. While none is ready, the
    /// clock sleeps, until the first of them is.
    pub fn run(&mut self) {
        while let Some(Reverse((ready, number))) = self.times.pop() {
            if ready > self.clock.now() {
                self.clock.sleep_until(ready);
            }
            let mut task = self.tasks.remove(&number).expect("it is queued");
            let pause = task.resume(self);
            let now = self.clock.now();
            match pause {
                Pause::Turn => self.queue(now, task),
                Pause::Sleep(time) => self.queue(now + time.min(FAR), task),
                Pause::End => {}
            }
        }
    }
}

#[path = "fair-round-robin/check.rs"]
mod check;
