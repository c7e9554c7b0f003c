//! The parent's side: workers are started, told, listened to, killed, reaped.

use crate::child::{child, note_end, said};
use crate::frame::{read_frame, write_frame};
use crate::message::{Said, order};
use lab::{Fetched, Url, waiting};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::io::{self, ErrorKind::UnexpectedEof};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{mem, thread};

/// How long a busy worker may give no sign of life: it answers, or it computes.
pub const SILENCE: Duration = Duration::from_secs(1);

/// Who computes uses at least so much CPU time meanwhile. To say that one is
/// alive takes a tenth of it.
const PROGRESS: Duration = Duration::from_millis(10);

/// So many workers that end before they have said a word, one after another,
/// are enough to start no more.
const STILLBORN: u32 = 10;

/// Worker processes. Each has a thread here that listens to it, and that reaps
/// it as soon as it ends; all else is done by whoever has the pool.
pub struct Pool {
    workers: BTreeMap<usize, Worker>,
    next: usize,
    heard: Receiver<(usize, Heard)>,
    /// For listeners to come.
    tell: Sender<(usize, Heard)>,
    stillborn: u32,
    end: Instant,
}

/// A worker, as its parent knows it.
struct Worker {
    pid: u32,
    child: Arc<Mutex<Child>>,
    orders: ChildStdin,
    task: Option<Task>,
    /// Set if we have killed it.
    killed: bool,
}

/// A page that a worker is busy with.
struct Task {
    url: Url,
    /// When the worker has hung, if it is still busy then.
    until: Instant,
    cpu: Duration,
}

enum Heard {
    Said(Said),
    /// And that it talked nonsense, if it did.
    Ended(ExitStatus, Option<io::Error>),
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

/// How a worker has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    status: ExitStatus,
    /// What it had done, if that is why we have killed it.
    killed: Option<String>,
}

impl Pool {
    /// Starts so many workers; fewer, if the system gives no more, which is said
    /// on standard error. Whoever still computes a second after `end` is killed
    /// as if it hung.
    ///
    /// # Errors
    ///
    /// If there cannot be any.
    pub fn start(workers: usize, end: Instant) -> io::Result<Pool> {
        let (tell, heard) = channel();
        let mut pool = Pool {
            workers: BTreeMap::new(),
            next: 1,
            heard,
            tell,
            stillborn: 0,
            end,
        };
        for n in 0..workers {
            match pool.add() {
                Ok(()) => {}
                Err(why) if n == 0 => return Err(why),
                Err(why) => {
                    eprintln!("workers that could start: {n}: {why}");
                    break;
                }
            }
        }
        Ok(pool)
    }

    /// Set if somebody has nothing to do.
    pub fn has_idle(&self) -> bool {
        self.workers.values().any(|worker| worker.task.is_none())
    }

    /// Gives a page to somebody who has nothing to do, who gives up on it at
    /// `deadline`.
    ///
    /// # Panics
    ///
    /// If all are busy.
    pub fn give(&mut self, url: Url, deadline: Instant) {
        let mut workers = self.workers.values_mut();
        let worker = workers.find(|worker| worker.task.is_none());
        let worker = worker.expect("somebody is idle");
        // If it has ended meanwhile, we shall hear of that.
        let _ = write_frame(&mut worker.orders, &order(&url, deadline));
        let until = deadline.max(Instant::now()) + SILENCE;
        worker.task = Some(Task { url, until, cpu: Duration::ZERO });
    }

    /// Waits until there is something to tell. Meanwhile it kills who hangs, and
    /// starts another for whoever has ended.
    ///
    /// # Errors
    ///
    /// If no worker is left, and there can be no other.
    pub fn news(&mut self) -> io::Result<News> {
        let _waiting = waiting("workers");
        loop {
            if self.workers.is_empty() {
                return Err(io::Error::other("no worker can be started"));
            }
            let Some((number, heard)) = self.listen() else {
                self.kill_who_hangs();
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

    /// What was heard; `None` if it is time to kill somebody.
    fn listen(&self) -> Option<(usize, Heard)> {
        let tasks = self.workers.values().filter(|worker| !worker.killed);
        let tasks = tasks.filter_map(|worker| worker.task.as_ref());
        let heard = match tasks.map(|task| task.until).min() {
            Some(until) => {
                let left = until.saturating_duration_since(Instant::now());
                self.heard.recv_timeout(left)
            }
            None => self.heard.recv().map_err(|_| RecvTimeoutError::Timeout),
        };
        heard.ok()
    }

    fn said(&mut self, number: usize, said: Said) -> Option<News> {
        self.stillborn = 0;
        let worker = self.workers.get_mut(&number)?;
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
        let worker = self.workers.remove(&number)?;
        note_end(worker.pid, status);
        self.stillborn += 1;
        if self.stillborn <= STILLBORN
            && let Err(why) = self.add()
        {
            eprintln!("one worker less: {why}");
        }
        let ended = Ended::new(status, nonsense, worker.killed);
        Some(News::Lost(worker.task?.url, ended))
    }

    fn kill_who_hangs(&mut self) {
        let now = Instant::now();
        for worker in self.workers.values_mut() {
            if worker.task.as_ref().is_some_and(|task| task.until <= now) {
                worker.kill();
            }
        }
    }

    /// Starts one more.
    fn add(&mut self) -> io::Result<()> {
        let number = self.next;
        let worker = Worker::start(number, self.tell.clone())?;
        self.next += 1;
        self.workers.insert(number, worker);
        Ok(())
    }
}

/// Nobody is left behind.
impl Drop for Pool {
    fn drop(&mut self) {
        let patience = Instant::now() + SILENCE;
        // Their orders end here, and so does whoever is idle.
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
                // Who does not end by itself is helped, and then is heard of.
                Err(_) => left.values().for_each(|(_, child)| {
                    let _ = child.lock().unwrap().kill();
                }),
            }
        }
    }
}

impl Worker {
    fn start(
        number: usize,
        tell: Sender<(usize, Heard)>,
    ) -> io::Result<Worker> {
        let mut child = child(&["worker", &number.to_string()])?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().expect("it was asked for");
        let answers = child.stdout.take().expect("it was asked for");
        let pid = child.id();
        let child = Arc::new(Mutex::new(child));
        let reaped = child.clone();
        thread::Builder::new()
            .spawn(move || listen(number, answers, &reaped, &tell))
            .inspect_err(|_| {
                let mut child = child.lock().unwrap();
                let _ = child.kill().and_then(|()| child.wait());
            })?;
        Ok(Worker { pid, child, orders, task: None, killed: false })
    }

    fn kill(&mut self) {
        self.killed = true;
        // If it has ended meanwhile, so much the better.
        let _ = self.child.lock().unwrap().kill();
    }
}

// ANCHOR: listen
/// Hands on what a worker says, and that it has ended.
fn listen(
    number: usize,
    answers: ChildStdout,
    child: &Mutex<Child>,
    tell: &Sender<(usize, Heard)>,
) {
    let heard = hear(number, answers, tell);
    // Its pipe has ended, or it talks nonsense. Either way it is of no more use,
    // and it has to be waited for, or it would stay as a zombie.
    let mut child = child.lock().unwrap();
    let _ = child.kill();
    let status = child.wait().expect("nobody else waits for it");
    // Who dies in the middle of a frame does not talk nonsense.
    let nonsense = heard.err().filter(|it| it.kind() != UnexpectedEof);
    // Whoever had the pool may be gone.
    let _ = tell.send((number, Heard::Ended(status, nonsense)));
}

fn hear(
    number: usize,
    mut answers: ChildStdout,
    tell: &Sender<(usize, Heard)>,
) -> io::Result<()> {
    while let Some(frame) = read_frame(&mut answers)? {
        let said = Said::read(&frame)?;
        if tell.send((number, Heard::Said(said))).is_err() {
            break;
        }
    }
    Ok(())
}
// ANCHOR_END: listen

impl Ended {
    fn new(
        status: ExitStatus,
        nonsense: Option<io::Error>,
        hung: bool,
    ) -> Ended {
        let killed = match nonsense {
            Some(why) => Some(format!("it talked nonsense: {why}")),
            None if !hung => None,
            None => Some(format!("it gave no sign of life for {SILENCE:?}")),
        };
        Ended { status, killed }
    }

    /// Set if its own doing may have ended it, which a page can bring about. A
    /// signal of these comes from elsewhere, and says nothing about the page.
    /// (So does the kernel's, when a machine is out of memory. That is why a
    /// worker has a limit of its own.)
    pub fn may_be_the_pages_fault(&self) -> bool {
        let signal = self.status.signal();
        let elsewhere = [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP];
        self.killed.is_some()
            || !elsewhere.iter().any(|it| signal == Some(it.as_raw()))
    }
}

/// `signal: 6 (SIGABRT)`
impl Display for Ended {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&said(self.status))?;
        match &self.killed {
            Some(why) => write!(f, ", {why}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// What is heard of a shell that does this.
    fn heard_of(code: &str) -> Ended {
        let mut shell = Command::new("sh");
        shell.args(["-c", code]).stdout(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        let answers = child.stdout.take().unwrap();
        let (tell, heard) = channel();
        listen(1, answers, &Mutex::new(child), &tell);
        match heard.recv().unwrap() {
            (1, Heard::Ended(status, nonsense)) => {
                Ended::new(status, nonsense, false)
            }
            _ => panic!("a shell speaks no frames"),
        }
    }

    #[test]
    fn who_talks_nonsense_is_killed_for_it() {
        let ended = heard_of("echo 'It was a dark night'; sleep 60");
        assert!(ended.may_be_the_pages_fault());
        let why = "signal: 9 (SIGKILL), it talked nonsense: \
                   a frame of 1232347255 bytes; 17825792 are the most";
        assert_eq!(ended.to_string(), why);
    }

    #[test]
    fn who_dies_in_the_middle_of_a_frame_is_not() {
        let ended = heard_of("printf '\\0\\0\\0\\11half'; kill -9 $$");
        assert!(!ended.may_be_the_pages_fault());
        assert_eq!(ended.to_string(), "signal: 9 (SIGKILL)");
    }
}
