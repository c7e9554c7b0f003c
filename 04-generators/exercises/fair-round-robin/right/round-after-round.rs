//! All that are ready go one after another, and nothing is looked at meanwhile:
//! whatever pauses in such a round is ready later than all that are in it.

use check::{Clock, Pause, Task};
use std::mem;
use std::time::Duration;

/// Tasks that take turns.
pub struct Scheduler {
    clock: Clock,
    /// In the order in which they paused.
    waiting: Vec<(Duration, Task)>,
}

impl Scheduler {
    /// One that has no tasks yet.
    pub fn new(clock: Clock) -> Scheduler {
        Scheduler { clock, waiting: Vec::new() }
    }

    /// Adds a task, which is ready from now on.
    pub fn spawn(&mut self, task: Task) {
        self.waiting.push((self.clock.now(), task));
    }

    /// Runs until all tasks have come to their end. While none is ready, the
    /// clock sleeps, until the first of them is.
    pub fn run(&mut self) {
        while let Some(first) = self.waiting.iter().map(|it| it.0).min() {
            self.clock.sleep_until(first);
            let now = self.clock.now();
            let all = mem::take(&mut self.waiting);
            let (mut round, others): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|(ready, _)| *ready <= now);
            self.waiting = others;
            round.sort_by_key(|(ready, _)| *ready);
            for (_, mut task) in round {
                let pause = task.resume(self);
                let after = match pause {
                    Pause::Turn => Duration::ZERO,
                    Pause::Sleep(time) => time,
                    Pause::End => continue,
                };
                let ready = self.clock.now().saturating_add(after);
                self.waiting.push((ready, task));
            }
        }
    }
}

#[path = "fair-round-robin/check.rs"]
mod check;
