//! Where the site runs: in a process of its own, or on a thread.

use super::child::{END, LEAVE, LOG, ROLE, TICK};
use super::flags;
use super::serve::Server;
use super::{Seen, Shape};
use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Write, stdout};
use std::process::{self, Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{TryRecvError, channel};
use std::thread;
use std::time::Duration;
use url::Url;

/// The CPU time, in nanoseconds, of the sites that ran on a thread.
static CPU_IN_THREADS: AtomicU64 = AtomicU64::new(0);

/// The CPU time of the sites that ran on a thread of this process and have
/// ended.
pub fn cpu_in_threads() -> Duration {
    Duration::from_nanos(CPU_IN_THREADS.load(Relaxed))
}

/// What a site runs on. It ends when this is dropped.
pub(super) enum Host {
    Process(Process),
    /// A thread. The call ends it.
    Thread(Box<dyn FnOnce() -> io::Result<Seen> + Send + Sync>),
}

/// The site's process, seen from its parent. It ends on order. If the pipe to
/// it closes instead, its parent was killed: then it removes the recording and
/// ends.
pub(super) struct Process {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Host {
    /// Starts this program again, to serve a site of this shape.
    pub fn process(
        shape: &Shape,
        silence: Duration,
    ) -> io::Result<(Host, Url)> {
        let mut flags = flags::of_shape(shape);
        let silence = silence.as_millis().to_string();
        flags.extend(["--silence".to_owned(), silence]);
        let mut process = Process::start(&flags)?;
        let url = process.line()?.parse().map_err(io::Error::other)?;
        Ok((Host::Process(process), url))
    }

    /// Serves a site of this shape on a thread.
    pub fn thread(shape: &Shape) -> io::Result<(Host, Url)> {
        let mut server = Server::new(shape)?;
        let url = server.url();
        let poller = server.poller.clone();
        // It serves as long as there is a sender.
        let (alive, still) = channel::<()>();
        let serve = move || {
            while still.try_recv() == Err(TryRecvError::Empty) {
                server.turn(TICK)?;
            }
            let seen = server.finish()?;
            // Relaxed: it is read by a thread that has joined this one.
            let nanos = timeline::cpu_time_of_thread().as_nanos() as u64;
            CPU_IN_THREADS.fetch_add(nanos, Relaxed);
            Ok(seen)
        };
        let thread = thread::Builder::new().name("site".into()).spawn(serve)?;
        let end = move || {
            drop(alive);
            poller.notify()?;
            thread.join().unwrap()
        };
        Ok((Host::Thread(Box::new(end)), url))
    }

    /// Ends the site; gives back what it has seen.
    pub fn end(self) -> io::Result<Seen> {
        match self {
            Host::Process(mut process) => {
                process.order(END)?;
                let json = serde_json::from_str(&process.line()?);
                json.map(|json| Seen::from_json(&json))
                    .map_err(io::Error::other)
            }
            Host::Thread(end) => end(),
        }
    }

    /// Calls `hello`, and prints a line for each request that comes after that,
    /// until the site is gone; gives back why it is.
    pub fn print_requests(self, hello: impl FnOnce()) -> io::Error {
        let Host::Process(mut process) = self else {
            return io::Error::other("on a thread it has no log");
        };
        let begun = process.order(LOG).and_then(|()| process.line());
        let printed = begun.and_then(|_| {
            hello();
            io::copy(&mut process.answers, &mut stdout())
        });
        match printed {
            // Our reader has read enough.
            Err(why) if why.kind() == ErrorKind::BrokenPipe => process::exit(0),
            Err(why) => why,
            Ok(_) => ErrorKind::UnexpectedEof.into(),
        }
    }
}

impl Process {
    /// Starts this program again, in its other role.
    fn start(flags: &[String]) -> io::Result<Process> {
        let mut command = Command::new(env::current_exe()?);
        command.arg(ROLE).args(flags);
        if timeline::is_temporary() {
            command.arg("--remove");
        }
        let mut child = command
            .envs(timeline::env())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let answers = child.stdout.take().expect("it was asked for");
        Ok(Process { child, answers: BufReader::new(answers) })
    }

    fn order(&mut self, order: &[u8]) -> io::Result<()> {
        let mut stdin = self.child.stdin.as_ref().expect("it was asked for");
        stdin.write_all(order)
    }

    /// The next line that the site prints.
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.answers.read_line(&mut line)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // If that fails, it has ended already.
        let _ = self.order(LEAVE);
        let _ = self.child.wait();
    }
}
