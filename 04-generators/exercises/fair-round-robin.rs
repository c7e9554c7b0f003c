//! Exercise: a fair round robin.
//!
//!     cargo test -p generators --test fair-round-robin
//!
//! Tasks take turns, as in step 4-4. A task that pauses may also say that it
//! sleeps for a while. Of those that are ready, the next is always the one that
//! has been ready for the longest. As it stands, a task that sleeps is resumed
//! as if it were ready.

use check::{Clock, Pause, Task};
use std::collections::VecDeque;

/// Tasks that take turns.
pub struct Scheduler {
    clock: Clock,
    queue: VecDeque<Task>,
}

impl Scheduler {
    /// One that has no tasks yet.
    pub fn new(clock: Clock) -> Scheduler {
        Scheduler { clock, queue: VecDeque::new() }
    }

    /// Adds a task, which is ready from now on.
    pub fn spawn(&mut self, task: Task) {
        self.queue.push_back(task);
    }

    /// Runs until all tasks have come to their end. While none is ready, the
    /// clock sleeps, until the first of them is.
    pub fn run(&mut self) {
        while let Some(mut task) = self.queue.pop_front() {
            // It may spawn others.
            match task.resume(self) {
                Pause::Turn => self.queue.push_back(task),
                Pause::Sleep(time) => {
                    let _not_used_yet = (time, self.clock.now());
                    self.queue.push_back(task);
                }
                Pause::End => {}
            }
        }
    }
}

#[path = "fair-round-robin/check.rs"]
mod check;
