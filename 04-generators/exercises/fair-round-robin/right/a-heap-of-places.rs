//! A heap finds the first; the tasks themselves are in a map, by their numbers.

use check::{Clock, Pause, Task};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

/// Tasks that take turns.
pub struct Scheduler {
    clock: Clock,
    order: BinaryHeap<Reverse<(Duration, u64)>>,
    tasks: HashMap<u64, Task>,
    next: u64,
}

impl Scheduler {
    /// One that has no tasks yet.
    pub fn new(clock: Clock) -> Scheduler {
        let (order, tasks) = (BinaryHeap::new(), HashMap::new());
        Scheduler { clock, order, tasks, next: 0 }
    }

    /// Adds a task, which is ready from now on.
    pub fn spawn(&mut self, task: Task) {
        let now = self.clock.now();
        self.put(now, task);
    }

    fn put(&mut self, ready: Duration, task: Task) {
        self.order.push(Reverse((ready, self.next)));
        self.tasks.insert(self.next, task);
        self.next += 1;
    }

    /// Runs until all tasks have come to their end. While none is ready, the
    /// clock sleeps, until the first of them is.
    pub fn run(&mut self) {
        while let Some(Reverse((ready, number))) = self.order.pop() {
            let mut task = self.tasks.remove(&number).expect("it is there");
            self.clock.sleep_until(ready);
            let pause = task.resume(self);
            let now = self.clock.now();
            match pause {
                Pause::Turn => self.put(now, task),
                Pause::Sleep(time) => self.put(now.saturating_add(time), task),
                Pause::End => {}
            }
        }
    }
}

#[path = "fair-round-robin/check.rs"]
mod check;
