//! The parent's side: worker processes are started, given pages, listened to,
//! killed and waited for.

mod listener;
mod worker_end;

pub use worker_end::WorkerEnd;

use crate::child::{child_command, record_end};
use crate::frame::write_frame;
use crate::message::{WorkerMessage, encode_order};
use lab::{Fetched, Url, waiting};
use listener::{PoolWorker, Task, WorkerEvent};
use std::collections::BTreeMap;
use std::process::{Command, ExitStatus};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use std::{io, mem};

/// How long a busy worker may give no sign of life. It gives one when it
/// answers, and again and again while it computes.
pub const MAX_SILENCE: Duration = Duration::from_secs(1);

/// A worker that computes uses at least this much CPU time between two signs of
/// life, however many others compute. One that hangs uses none.
const PROGRESS: Duration = Duration::from_millis(1);

/// How long to wait for an event at a time. If it has taken much longer, this
/// process was stopped meanwhile.
const TICK: Duration = Duration::from_millis(100);

/// When this many workers, one after another, have ended by themselves before
/// their first message, no more are started.
const MAX_FAILED_STARTS: u32 = 10;

/// Worker processes. Each has a thread here that listens to it, and that waits
/// for its end. All else is done by the thread that has the pool.
pub struct Pool {
    /// The command that starts the worker with a number.
    command: fn(usize) -> io::Result<Command>,
    workers: BTreeMap<usize, PoolWorker>,
    next_number: usize,
    events: Receiver<(usize, WorkerEvent)>,
    /// Each listener is given a clone.
    event_sender: Sender<(usize, WorkerEvent)>,
    /// How many workers, one after another, have ended before their first
    /// message.
    failed_starts: u32,
    /// Why no more workers can be started.
    start_error: Option<io::Error>,
    /// When the crawl ends: later, a worker gets no more time to compute.
    end: Instant,
}

/// What has become of a page that was given to a worker.
#[derive(Debug)]
pub enum Outcome {
    /// The worker has answered, and is idle now.
    Fetched(Url, Fetched),
    /// The worker has ended while it was busy with this page. Another has been
    /// started in its place.
    Lost(Url, WorkerEnd),
}

impl Pool {
    /// Starts `workers` processes; fewer, if the system gives no more, which is
    /// said on standard error. If it gives none, the first call of
    /// [`next_outcome`](Pool::next_outcome) says why. A worker that still
    /// computes a second after `end` is killed as if it hung.
    pub fn start(workers: usize, end: Instant) -> Pool {
        Pool::of(|n| child_command(&["worker", &n.to_string()]), workers, end)
    }

    /// Starts workers with this `command`, which is another in tests.
    fn of(
        command: fn(usize) -> io::Result<Command>,
        workers: usize,
        end: Instant,
    ) -> Pool {
        let (event_sender, events) = channel();
        let mut pool = Pool {
            command,
            workers: BTreeMap::new(),
            next_number: 1,
            events,
            event_sender,
            failed_starts: 0,
            start_error: None,
            end,
        };
        while pool.workers.len() < workers && pool.start_error.is_none() {
            pool.start_worker();
        }
        pool
    }

    /// Set if a worker has nothing to do.
    pub fn has_idle(&self) -> bool {
        self.workers.values().any(PoolWorker::is_idle)
    }

    /// Gives a page to a worker that has nothing to do. The worker gives up on
    /// it at `deadline`.
    ///
    /// # Panics
    ///
    /// If all are busy.
    pub fn give_page(&mut self, url: Url, deadline: Instant) {
        let mut workers = self.workers.values_mut();
        let worker = workers.find(|worker| worker.is_idle());
        let worker = worker.expect("a worker is idle");
        // If the worker has ended meanwhile, an event of its listener says so.
        let order = encode_order(&url, deadline);
        let _ = write_frame(&mut worker.orders, &order);
        let hung_at = deadline.max(Instant::now()) + MAX_SILENCE;
        worker.task = Some(Task { url, hung_at, cpu: Duration::ZERO });
    }

    /// Waits until it is known what has become of one more page. Meanwhile it
    /// kills workers that hang, and starts another for each that has ended.
    ///
    /// # Errors
    ///
    /// If no worker is left, and there can be no other: why the last could not
    /// be started.
    ///
    /// # Panics
    ///
    /// If it has given that error before.
    pub fn next_outcome(&mut self) -> io::Result<Outcome> {
        let _waiting = waiting("workers");
        loop {
            if self.workers.is_empty() {
                return Err(self
                    .start_error
                    .take()
                    .expect("there are workers"));
            }
            let Some((number, event)) = self.next_event() else {
                self.kill_those_that_hang();
                continue;
            };
            let outcome = match event {
                WorkerEvent::Message(message) => {
                    self.handle_message(number, message)
                }
                WorkerEvent::Ended(status, nonsense) => {
                    self.handle_end(number, status, nonsense)
                }
            };
            if let Some(outcome) = outcome {
                return Ok(outcome);
            }
        }
    }

    /// The next event of a worker; `None` if there was none for a tick, or if
    /// it is time to kill a worker.
    fn next_event(&mut self) -> Option<(usize, WorkerEvent)> {
        let began = Instant::now();
        let workers = self.workers.values().filter(|worker| !worker.killed);
        let tasks = workers.filter_map(|worker| worker.task.as_ref());
        let left =
            tasks.map(|task| task.hung_at.saturating_duration_since(began));
        let wait = left.min().unwrap_or(TICK).min(TICK);
        let event = self.events.recv_timeout(wait).ok();
        let lost = began.elapsed().saturating_sub(wait);
        // This process was stopped, by Ctrl-Z perhaps, and its workers with it:
        // they get that time back.
        if lost > TICK {
            let workers = self.workers.values_mut();
            for task in workers.filter_map(|worker| worker.task.as_mut()) {
                task.hung_at += lost;
            }
        }
        event
    }

    fn handle_message(
        &mut self,
        number: usize,
        message: WorkerMessage,
    ) -> Option<Outcome> {
        self.failed_starts = 0;
        let worker = self.workers.get_mut(&number)?;
        worker.has_begun = true;
        match (message, &mut worker.task) {
            (WorkerMessage::Fetched(fetched), task) => {
                Some(Outcome::Fetched(task.take()?.url, fetched))
            }
            // It computes: that may take as long as there is time.
            (WorkerMessage::Alive(cpu), Some(task))
                if cpu > task.cpu + PROGRESS =>
            {
                task.cpu = cpu;
                let now = Instant::now().min(self.end);
                task.hung_at = task.hung_at.max(now + MAX_SILENCE);
                None
            }
            _ => None,
        }
    }

    /// Starts another worker in place of one that has ended. Gives back the
    /// page that is lost with it, if it was busy.
    fn handle_end(
        &mut self,
        number: usize,
        status: ExitStatus,
        nonsense: Option<io::Error>,
    ) -> Option<Outcome> {
        let PoolWorker { pid, orders, task, killed, has_begun, .. } =
            self.workers.remove(&number)?;
        record_end(pid, status);
        // The next worker needs a file, and this may be the last one that the
        // system gives us.
        drop(orders);
        let end = WorkerEnd::new(status, nonsense, killed);
        if !has_begun && end.may_be_its_own_fault() {
            self.failed_starts += 1;
        }
        if self.failed_starts < MAX_FAILED_STARTS {
            self.start_worker();
        } else {
            let why = format!("no worker gets to work: {end}");
            self.start_error = Some(io::Error::other(why));
        }
        Some(Outcome::Lost(task?.url, end))
    }

    fn kill_those_that_hang(&mut self) {
        let now = Instant::now();
        for worker in self.workers.values_mut() {
            if worker.task.as_ref().is_some_and(|task| task.hung_at <= now) {
                worker.kill();
            }
        }
    }

    /// Starts one more worker, or notes why that cannot be done.
    fn start_worker(&mut self) {
        let number = self.next_number;
        let worker = (self.command)(number).and_then(|command| {
            PoolWorker::start(number, command, self.event_sender.clone())
        });
        match worker {
            Ok(worker) => {
                self.workers.insert(number, worker);
                self.next_number += 1;
            }
            Err(why) => {
                // With fewer workers the crawl is only slower.
                if !self.workers.is_empty() {
                    eprintln!(
                        "no more workers than {}: {why}",
                        self.workers.len()
                    );
                }
                self.start_error = Some(why);
            }
        }
    }
}

/// Ends all workers, and waits for them.
impl Drop for Pool {
    fn drop(&mut self) {
        // The pipes of their orders are closed here, which ends the workers
        // that are idle. The others have a while to come to their end.
        let workers = mem::take(&mut self.workers).into_iter();
        let mut left: BTreeMap<_, _> = workers
            .map(|(number, worker)| (number, (worker.pid, worker.child)))
            .collect();
        let patience = Instant::now() + MAX_SILENCE;
        let mut all_are_killed = false;
        while !left.is_empty() {
            let event = if all_are_killed {
                // Each has ended, or ends soon: it was killed.
                self.events.recv().ok()
            } else {
                let wait = patience.saturating_duration_since(Instant::now());
                self.events.recv_timeout(wait).ok()
            };
            match event {
                Some((number, WorkerEvent::Ended(status, _))) => {
                    if let Some((pid, _)) = left.remove(&number) {
                        record_end(pid, status);
                    }
                }
                Some((_, WorkerEvent::Message(_))) => {}
                // Their time is up.
                None => {
                    for (_, child) in left.values() {
                        // One that has ended meanwhile cannot be killed.
                        let _ = child.lock().unwrap().kill();
                    }
                    all_are_killed = true;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::cpu_time_of_thread;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    fn shell(code: &str) -> io::Result<Command> {
        let mut shell = Command::new("sh");
        shell.args(["-c", code]);
        Ok(shell)
    }

    #[test]
    fn when_ten_workers_have_failed_to_start_no_more_are_started() {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let exits = |_| {
            STARTED.fetch_add(1, Relaxed);
            shell("exit 3")
        };
        let end = Instant::now() + Duration::from_secs(60);
        let why = Pool::of(exits, 1, end).next_outcome().unwrap_err();
        assert_eq!(why.to_string(), "no worker gets to work: exit status: 3");
        assert_eq!(STARTED.load(Relaxed), MAX_FAILED_STARTS);
    }

    #[test]
    fn a_worker_that_was_killed_from_outside_has_not_failed_to_start() {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let is_killed_or_exits = |_| {
            let n = STARTED.fetch_add(1, Relaxed);
            shell(if n < 20 { "kill -9 $$" } else { "exit 3" })
        };
        let end = Instant::now() + Duration::from_secs(60);
        Pool::of(is_killed_or_exits, 1, end).next_outcome().unwrap_err();
        assert_eq!(STARTED.load(Relaxed), 20 + MAX_FAILED_STARTS);
    }

    #[test]
    fn dropping_the_pool_kills_workers_that_do_not_end() {
        let sleeps = |_| shell("exec sleep 600");
        let end = Instant::now() + Duration::from_secs(60);
        let pool = Pool::of(sleeps, 3, end);
        let began = Instant::now();
        drop(pool);
        let took = began.elapsed();
        assert!(took >= MAX_SILENCE, "{took:?}");
        assert!(took < Duration::from_secs(60), "{took:?}");
    }

    /// A worker's own child keeps the worker's pipe open for a while, and until
    /// the pipe is closed nothing is heard of the worker's end.
    #[test]
    fn dropping_the_pool_sleeps_until_it_hears_of_the_last_end() {
        let leaves_a_child = |_| shell("sleep 2.5 & exec sleep 600");
        let end = Instant::now() + Duration::from_secs(60);
        let pool = Pool::of(leaves_a_child, 2, end);
        let (began, cpu) = (Instant::now(), cpu_time_of_thread());
        drop(pool);
        let (took, cpu) = (began.elapsed(), cpu_time_of_thread() - cpu);
        assert!(took > 2 * MAX_SILENCE, "{took:?}");
        assert!(cpu < took / 25, "{cpu:?} of CPU time in {took:?}");
    }
}
