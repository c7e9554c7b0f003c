//! 4-4 · Round robin: each runs until it pauses, and goes to the end of the
//! queue.
//!
//!     cargo run -p generators --bin 4-4-round-robin
//!
//! Look at the lanes: three tasks take turns in one thread, and only they
//! themselves say when.

use generators::steps::{Coroutine, pause};
use lab::{Failure, Lane, Page, Site, compute_for, fetch, waiting};
use std::collections::VecDeque;
use std::time::Duration;

const PIECE: Duration = Duration::from_millis(20);

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let mut pages = Vec::new();
    for url in site.pages(3) {
        pages.push(fetch(&url)?);
    }

    let mut scheduler = Scheduler::default();
    for (page, pieces) in pages.into_iter().zip([6, 2, 4]) {
        scheduler.spawn(compute(page, pieces));
    }
    scheduler.run();

    site.finish();
    Ok(())
}

/// Computes over a page, and pauses after each piece of the work.
async fn compute(page: Page, pieces: u32) {
    for piece in 1..=pieces {
        compute_for(&page.body, PIECE);
        println!("{}: piece {piece} of {pieces}", page.url.path());
        pause().await;
    }
}

/// Tasks that take turns.
#[derive(Default)]
struct Scheduler {
    queue: VecDeque<Task>,
}

struct Task {
    paused: Coroutine,
    lane: Lane,
}

impl Scheduler {
    fn spawn(&mut self, task: impl Future<Output = ()> + 'static) {
        let paused = Coroutine::new(task);
        self.queue.push_back(Task { paused, lane: Lane::new("task") });
    }

    /// Runs until all tasks have come to their end.
    fn run(&mut self) {
        let _waiting = waiting("tasks");
        while let Some(mut task) = self.queue.pop_front() {
            task.lane.runs();
            if task.paused.resume() {
                task.lane.waits("its turn");
                self.queue.push_back(task);
            }
        }
    }
}
