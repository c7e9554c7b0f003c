//! 4-5 · With sleep: a task says when it is to be resumed.
//!
//!     cargo run -p generators --bin 4-5-with-sleep
//!
//! Look at the fetch: eight of it share a thread, and each is written as if it
//! had one of its own.

use generators::steps::{Coroutine, pause};
use lab::{Fetched, Incoming, Lane, Site, Url, address, request, waiting};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

const NAP: Duration = Duration::from_millis(5);

fn main() {
    let site = Site::start();
    let mut scheduler = Scheduler::default();
    for url in site.pages(8) {
        scheduler.spawn(async move {
            let page = fetch(&url).await.expect("every page is there");
            println!("{page}");
        });
    }
    scheduler.run();
    site.finish();
}

/// Fetches a page. Instead of waiting, it sleeps for a moment and asks again.
async fn fetch(url: &Url) -> Fetched {
    let mut socket = TcpStream::connect(address(url)?)?;
    socket.write_all(&request(url))?;
    socket.set_nonblocking(true)?;
    let mut incoming = Incoming::new(url);
    let mut buffer = [0; 4096];
    loop {
        let read = socket.read(&mut buffer);
        if matches!(&read, Err(why) if why.kind() == ErrorKind::WouldBlock) {
            sleep(NAP).await;
        } else if let Some(page) = incoming.take(&buffer[..read?])? {
            return Ok(page);
        }
    }
}

/// Tasks that take turns, each by the time when it is due.
#[derive(Default)]
struct Scheduler {
    queue: BTreeMap<(Instant, usize), Task>,
    ever_queued: usize,
}

struct Task {
    paused: Coroutine,
    lane: Lane,
}

impl Scheduler {
    fn spawn(&mut self, task: impl Future<Output = ()> + 'static) {
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
    fn run(&mut self) {
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

/// Pauses for as long as `time`, at least.
async fn sleep(time: Duration) {
    DUE.set(Instant::now() + time);
    pause().await;
}
