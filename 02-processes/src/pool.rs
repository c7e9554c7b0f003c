//! The parent's side: workers are started, told, listened to, killed, reaped.

mod ended;
mod listener;

pub use ended::Ended;

use crate::child::note_end;
use crate::frame::write_frame;
use crate::message::{Said, order};
use lab::{Fetched, Url, waiting};
use listener::{Heard, Task, Worker};
use std::collections::BTreeMap;
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use std::{io, mem};

/// How long a busy worker may give no sign of life: it answers, or it computes.
pub const SILENCE: Duration = Duration::from_secs(1);

/// A worker that computes uses at least this much CPU time between two signs of
/// life, however many others compute. One that hangs uses none.
const PROGRESS: Duration = Duration::from_millis(1);

/// How long to listen at a time. If it has taken much longer, this process was
/// stopped meanwhile.
const A_MOMENT: Duration = Duration::from_millis(100);

/// After more workers than this, one after another, that ended by themselves
/// before they had said a word, no more are started.
const STILLBORN: u32 = 10;

/// Worker processes. Each has a thread here that listens to it, and that reaps
/// it as soon as it ends; all else is done by the thread that has the pool.
pub struct Pool {
    workers: BTreeMap<usize, Worker>,
    next: usize,
    heard: Receiver<(usize, Heard)>,
    /// For listeners to come.
    tell: Sender<(usize, Heard)>,
    stillborn: u32,
    /// Why there are no more workers.
    hindrance: Option<io::Error>,
    end: Instant,
}

/// What a pool has to tell.
#[derive(Debug)]
pub enum News {
    /// A worker has answered, and is idle now.
    Fetched(Url, Fetched),
    /// A worker has ended while it was busy with this page. Another has been
    /// started in its place.
    Lost(Url, Ended),
}

impl Pool {
    /// Starts `workers` processes; fewer, if the system gives no more, which is
    /// said on standard error. If it gives none, [`news`](Pool::news) tells.
    /// A worker that still computes a second after `end` is killed as if it
    /// hung.
    pub fn start(workers: usize, end: Instant) -> Pool {
        let (tell, heard) = channel();
        let mut pool = Pool {
            workers: BTreeMap::new(),
            next: 1,
            heard,
            tell,
            stillborn: 0,
            hindrance: None,
            end,
        };
        while pool.workers.len() < workers && pool.hindrance.is_none() {
            pool.add();
        }
        pool
    }

    /// Set if a worker has nothing to do.
    pub fn has_idle(&self) -> bool {
        self.workers.values().any(Worker::is_idle)
    }

    /// Gives a page to a worker that has nothing to do; the worker gives up on
    /// it at `deadline`.
    ///
    /// # Panics
    ///
    /// If all are busy.
    pub fn give(&mut self, url: Url, deadline: Instant) {
        let mut workers = self.workers.values_mut();
        let worker = workers.find(|worker| worker.is_idle());
        let worker = worker.expect("a worker is idle");
        // If it has ended meanwhile, we shall hear of that.
        let _ = write_frame(&mut worker.orders, &order(&url, deadline));
        let until = deadline.max(Instant::now()) + SILENCE;
        worker.task = Some(Task { url, until, cpu: Duration::ZERO });
    }

    /// Waits until there is something to tell. Meanwhile it kills workers that
    /// hang, and starts another for each that has ended.
    ///
    /// # Errors
    ///
    /// If no worker is left, and there can be no other: why the last could not
    /// be started.
    ///
    /// # Panics
    ///
    /// If it has given that error before.
    pub fn news(&mut self) -> io::Result<News> {
        let _waiting = waiting("workers");
        loop {
            if self.workers.is_empty() {
                return Err(self.hindrance.take().expect("there are workers"));
            }
            let Some((number, heard)) = self.listen() else {
                self.kill_those_that_hang();
                continue;
            };
            let news = match heard {
                Heard::Said(said) => self.said(number, said),
                Heard::Ended(status, nonsense) => {
                    self.ended(number, status, nonsense)
                }
            };
            if let Some(news) = news {
                return Ok(news);
            }
        }
    }

    /// What was heard; `None` if nothing was, for a moment, or if it is time to
    /// kill a worker.
    fn listen(&mut self) -> Option<(usize, Heard)> {
        let began = Instant::now();
        let workers = self.workers.values().filter(|worker| !worker.killed);
        let tasks = workers.filter_map(|worker| worker.task.as_ref());
        let left =
            tasks.map(|task| task.until.saturating_duration_since(began));
        let moment = left.min().unwrap_or(A_MOMENT).min(A_MOMENT);
        let heard = self.heard.recv_timeout(moment).ok();
        let lost = began.elapsed().saturating_sub(moment);
        // We were stopped, by Ctrl-Z perhaps, and our workers with us.
        if lost > A_MOMENT {
            let workers = self.workers.values_mut();
            for task in workers.filter_map(|worker| worker.task.as_mut()) {
                task.until += lost;
            }
        }
        heard
    }

    fn said(&mut self, number: usize, said: Said) -> Option<News> {
        self.stillborn = 0;
        let worker = self.workers.get_mut(&number)?;
        worker.has_spoken = true;
        match (said, &mut worker.task) {
            (Said::Fetched(fetched), task) => {
                Some(News::Fetched(task.take()?.url, fetched))
            }
            // It computes: that may take as long as there is time.
            (Said::Alive(cpu), Some(task)) if cpu > task.cpu + PROGRESS => {
                task.cpu = cpu;
                let now = Instant::now().min(self.end);
                task.until = task.until.max(now + SILENCE);
                None
            }
            _ => None,
        }
    }

    fn ended(
        &mut self,
        number: usize,
        status: ExitStatus,
        nonsense: Option<io::Error>,
    ) -> Option<News> {
        let Worker { pid, orders, task, killed, has_spoken, .. } =
            self.workers.remove(&number)?;
        note_end(pid, status);
        // It may be the last file that the system gives us.
        drop(orders);
        let ended = Ended::new(status, nonsense, killed);
        if !has_spoken && ended.may_be_its_own_fault() {
            self.stillborn += 1;
        }
        if self.stillborn <= STILLBORN {
            self.add();
        } else {
            let why = format!("no worker gets to work: {ended}");
            self.hindrance = Some(io::Error::other(why));
        }
        Some(News::Lost(task?.url, ended))
    }

    fn kill_those_that_hang(&mut self) {
        let now = Instant::now();
        for worker in self.workers.values_mut() {
            if worker.task.as_ref().is_some_and(|task| task.until <= now) {
                worker.kill();
            }
        }
    }

    /// Starts one more, if it can.
    fn add(&mut self) {
        match Worker::start(self.next, self.tell.clone()) {
            Ok(worker) => {
                self.workers.insert(self.next, worker);
                self.next += 1;
            }
            Err(why) => {
                // Fewer workers crawl as well, only slower.
                if !self.workers.is_empty() {
                    eprintln!(
                        "no more workers than {}: {why}",
                        self.workers.len()
                    );
                }
                self.hindrance = Some(why);
            }
        }
    }
}

/// No worker is left behind.
impl Drop for Pool {
    fn drop(&mut self) {
        let patience = Instant::now() + SILENCE;
        // Their orders end here, and so do the workers that are idle.
        let workers = mem::take(&mut self.workers).into_iter();
        let mut left: BTreeMap<_, _> = workers
            .map(|(number, worker)| (number, (worker.pid, worker.child)))
            .collect();
        while !left.is_empty() {
            let wait = patience.saturating_duration_since(Instant::now());
            match self.heard.recv_timeout(wait) {
                Ok((number, Heard::Ended(status, _))) => {
                    if let Some((pid, _)) = left.remove(&number) {
                        note_end(pid, status);
                    }
                }
                Ok(_) => {}
                // Some have not ended by themselves: kill them, and then hear
                // of their end.
                Err(_) => left.values().for_each(|(_, child)| {
                    let _ = child.lock().unwrap().kill();
                }),
            }
        }
    }
}
