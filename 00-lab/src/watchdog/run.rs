//! Running a program to its end, or to ours.

use super::verdict;
use crate::record::{self, Recording};
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::BTreeSet;
use std::env::temp_dir;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{fmt, fs, mem, thread};

/// A program that came to its end.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// What it recorded.
    pub recording: Recording,
}

/// A program that did not, or that could not be started.
pub struct Hung {
    /// What happened, who waits for whom, and the lanes.
    pub why: String,
    /// What it had written to standard output.
    pub stdout: String,
    /// What it had written to standard error.
    pub stderr: String,
    /// What it had recorded.
    pub recording: Box<Recording>,
}

/// Runs a program to its end; ends it, and whatever it started, at `limit`.
///
/// It is the leader of a process group, has no standard input, and records
/// into a file of its own.
///
/// ```
/// use lab::watchdog;
/// use std::process::Command;
/// use std::time::Duration;
///
/// let limit = Duration::from_secs(10);
/// let ran = watchdog::run(Command::new("echo").arg("hello"), limit)?;
/// assert_eq!(ran.stdout, "hello\n");
///
/// let short = Duration::from_millis(50);
/// let hung = watchdog::run(Command::new("sleep").arg("60"), short);
/// assert!(hung.is_err());
/// # Ok::<(), watchdog::Hung>(())
/// ```
///
/// # Errors
/// If it does not end in time or cannot be started. The [`Hung`] explains.
pub fn run(command: &mut Command, limit: Duration) -> Result<Ran, Hung> {
    let file = RecordingFile::new();
    let started = Running::start(command, &file);
    let mut running = started.map_err(|why| {
        let program = command.get_program().display();
        Hung {
            why: format!("cannot start {program}: {why}"),
            stdout: String::new(),
            stderr: String::new(),
            recording: Box::default(),
        }
    })?;
    if let Some(status) = running.wait(limit) {
        let [stdout, stderr] = running.output();
        return Ok(Ran { status, stdout, stderr, recording: file.read() });
    }
    let why = match running.status {
        None => format!("still running after {limit:.1?}"),
        Some(_) => {
            "ended, but a process is left that has its output open".to_owned()
        }
    };
    running.kill();
    let recording = Box::new(file.read());
    let why = verdict(&why, Some(Recording::clone(&recording)));
    let [stdout, stderr] = running.output();
    Err(Hung { why, stdout, stderr, recording })
}

/// A program, and the threads that read what it writes: both streams at once,
/// or a full pipe would hold it up.
struct Running {
    child: Child,
    _group: Group,
    status: Option<ExitStatus>,
    output: [JoinHandle<Vec<u8>>; 2],
}

impl Running {
    fn start(
        command: &mut Command,
        file: &RecordingFile,
    ) -> io::Result<Running> {
        let mut groups = GROUPS.lock().unwrap();
        let mut child = command
            .env(record::VARIABLE, &file.path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        groups.insert(child.id());
        drop(groups);
        let _group = Group(child.id());
        let stdout = child.stdout.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        let output = [collect(stdout), collect(stderr)];
        Ok(Running { child, _group, status: None, output })
    }

    /// Waits until it has ended and so has its output; `None` if time is up.
    fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let began = Instant::now();
        // Short at first: most of what is run ends within milliseconds.
        let mut pause = Duration::from_micros(500);
        loop {
            if self.status.is_none() {
                self.status = self.child.try_wait().ok().flatten();
            }
            let closed = self.output.iter().all(JoinHandle::is_finished);
            if self.status.is_some() && closed {
                return self.status;
            }
            let left = limit.checked_sub(began.elapsed())?;
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(10));
        }
    }

    /// Ends the whole group. As long as it has a member, the number is its.
    fn kill(&mut self) {
        kill(self.child.id());
        // Whoever left the group may keep the output open: so with a limit.
        self.wait(Duration::from_secs(1));
    }

    fn output(self) -> [String; 2] {
        self.output.map(|thread| match thread.is_finished() {
            true => {
                let bytes = thread.join().unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            }
            false => "(still open)\n".to_owned(),
        })
    }
}

/// The groups that run.
static GROUPS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// One of them, while this lives.
struct Group(u32);

impl Drop for Group {
    fn drop(&mut self) {
        GROUPS.lock().unwrap().remove(&self.0);
    }
}

fn kill(group: u32) {
    if let Some(group) = Pid::from_raw(group as i32) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Ends all that [`run`] has started and that still runs, for a process that is
/// about to end: from now on, `run` starts nothing and does not return.
pub fn end_all() {
    let groups = GROUPS.lock().unwrap();
    groups.iter().for_each(|group| kill(*group));
    // Kept: whoever would start another waits for it, to the end.
    mem::forget(groups);
}

/// Reads to the end, on a thread.
fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// The file that the program records into, removed at the end.
struct RecordingFile {
    path: PathBuf,
}

impl RecordingFile {
    fn new() -> RecordingFile {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Relaxed);
        let name = format!("lab-{}-run-{n}.events", process::id());
        RecordingFile { path: temp_dir().join(name) }
    }

    /// What was recorded; nothing, if it never began to.
    fn read(&self) -> Recording {
        Recording::read(&self.path).unwrap_or_default()
    }
}

impl Drop for RecordingFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl fmt::Display for Hung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)]
        {
            if !text.is_empty() {
                write!(f, "--- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}

/// As it is displayed, because that is what `unwrap` prints.
impl fmt::Debug for Hung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Hung {}

impl From<Hung> for io::Error {
    fn from(hung: Hung) -> io::Error {
        io::Error::new(io::ErrorKind::TimedOut, hung)
    }
}
