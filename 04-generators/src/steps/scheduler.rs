//! Tasks that take turns and sleep, as step 4-5 builds them.

use super::pause::{Coroutine, pause_after};
use lab::{Lane, waiting};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

/// Tasks that take turns, each by the time when it is due.
#[derive(Default)]
pub struct Scheduler {
    queue: BTreeMap<(Instant, usize), Task>,
    ever_queued: usize,
}

struct Task {
    paused: Coroutine,
    lane: Lane,
}

impl Scheduler {
    /// Adds a task; it is due now.
    pub fn spawn(&mut self, task: impl Future<Output = ()> + 'static) {
        let paused = Coroutine::new(task);
        self.push(Instant::now(), Task { paused, lane: Lane::new("task") });
    }

    /// Queues a task behind all that are due earlier, or at the same time.
    fn push(&mut self, due: Instant, task: Task) {
        task.lane.waits_until(due);
        self.ever_queued += 1;
        self.queue.insert((due, self.ever_queued), task);
    }

    /// Runs until all tasks have come to their end.
    pub fn run(&mut self) {
        let _waiting = waiting("tasks");
        while let Some(((due, _), mut task)) = self.queue.pop_first() {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            task.lane.runs();
            if task.paused.resume() {
                self.push(DUE.get(), task);
            }
        }
    }
}

thread_local! {
    /// When the task that has just paused is due.
    static DUE: Cell<Instant> = Cell::new(Instant::now());
}

/// Pauses for as long as `time`, at least. With no time at all, it is the turn
/// of those that are due.
pub fn sleep(time: Duration) -> impl Future<Output = ()> {
    pause_after(move || DUE.set(Instant::now() + time))
}
