//! Those that are ready are in a queue, and those that sleep in a map. Before
//! anything is put at the end of the queue, those come that are due by then.

use check::{Clock, Pause, Task};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Tasks that take turns.
pub struct Scheduler {
    clock: Clock,
    ready: VecDeque<Task>,
    asleep: BTreeMap<(Duration, u64), Task>,
    ever_asleep: u64,
}

impl Scheduler {
    /// One that has no tasks yet.
    pub fn new(clock: Clock) -> Scheduler {
        Scheduler {
            clock,
            ready: VecDeque::new(),
            asleep: BTreeMap::new(),
            ever_asleep: 0,
        }
    }

    /// Adds a task, which is ready from now on.
    pub fn spawn(&mut self, task: Task) {
        self.wake();
        self.ready.push_back(task);
    }

    /// Runs until all tasks have come to their end. While none is ready, the
    /// clock sleeps, until the first of them is.
    pub fn run(&mut self) {
        loop {
            self.wake();
            let Some(mut task) = self.ready.pop_front() else {
                let Some((due, _)) = self.asleep.keys().next() else { return };
                self.clock.sleep_until(*due);
                continue;
            };
            match task.resume(self) {
                Pause::Turn => self.spawn(task),
                Pause::Sleep(time) => {
                    let due = self.clock.now().checked_add(time);
                    let due = due.unwrap_or(Duration::MAX);
                    self.ever_asleep += 1;
                    self.asleep.insert((due, self.ever_asleep), task);
                }
                Pause::End => {}
            }
        }
    }

    /// Queues those that are due.
    fn wake(&mut self) {
        let now = self.clock.now();
        while let Some(first) = self.asleep.first_entry()
            && first.key().0 <= now
        {
            self.ready.push_back(first.remove());
        }
    }
}

#[path = "fair-round-robin/check.rs"]
mod check;
