//! A list in the order in which they paused. The next is the first of those
//! that are ready the earliest, and all are looked at for that.

use check::{Clock, Pause, Task};
use std::time::Duration;

/// Tasks that take turns.
pub struct Scheduler {
    clock: Clock,
    tasks: Vec<(Duration, Task)>,
}

impl Scheduler {
    /// One that has no tasks yet.
    pub fn new(clock: Clock) -> Scheduler {
        Scheduler { clock, tasks: Vec::new() }
    }

    /// Adds a task, which is ready from now on.
    pub fn spawn(&mut self, task: Task) {
        self.tasks.push((self.clock.now(), task));
    }

    /// Runs until all tasks have come to their end. While none is ready, the
    /// clock sleeps, until the first of them is.
    pub fn run(&mut self) {
        loop {
            let all = self.tasks.iter().enumerate();
            // Of several equal ones this is the first.
            let first = all.min_by_key(|(_, (ready, _))| *ready);
            let Some((place, _)) = first else { return };
            let (ready, mut task) = self.tasks.remove(place);
            self.clock.sleep_until(ready);
            match task.resume(self) {
                Pause::Turn => self.spawn(task),
                Pause::Sleep(time) => {
                    let ready = self.clock.now().saturating_add(time);
                    self.tasks.push((ready, task));
                }
                Pause::End => {}
            }
        }
    }
}

#[path = "fair-round-robin/check.rs"]
mod check;
