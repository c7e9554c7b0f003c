//! What ends a program that hangs, and says why.

mod run;

pub use run::{Hung, Ran, abridged, end_all, run, run_keeping};

use crate::record::{self, Recording};
use rustix::process::{Pid, Signal, getppid, kill_process};
use std::fs;
use std::io::{Write, stderr};
use std::mem;
use std::process::{self, Child};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Watches whether a process still does anything that is recorded, or ever can:
/// threads that wait for one another in a circle need no more time.
///
/// ```
/// use lab::watchdog::Watch;
/// use std::time::Duration;
///
/// let us = std::process::id();
/// let mut watch = Watch::new(us, Duration::from_secs(10), None);
/// assert_eq!(watch.check(), None);
/// ```
pub struct Watch {
    pid: u32,
    silence: Duration,
    end: Option<Instant>,
    /// How long the recording was, and since when it is.
    size: u64,
    since: Instant,
    /// Set if a circle is a reason. A program may have one on purpose, and go
    /// on beside it.
    circles: bool,
    /// Set once it has been searched for one.
    searched: bool,
    /// When we last looked.
    looked: Instant,
    /// How much CPU time the process had used by then.
    cpu: Option<Duration>,
}

impl Watch {
    /// Watches process `pid`, which has to record something every `silence`
    /// and to be done by `end`. Both read this process's recording.
    pub fn new(pid: u32, silence: Duration, end: Option<Instant>) -> Watch {
        let (since, cpu) = (Instant::now(), cpu_of(pid));
        Watch {
            pid,
            silence,
            end,
            size: 0,
            since,
            circles: false,
            searched: false,
            looked: since,
            cpu,
        }
    }

    /// Why the process ought to be ended, if it ought to be. Cheap, as long as
    /// all is well; ask several times in a `silence`.
    pub fn check(&mut self) -> Option<String> {
        let now = Instant::now();
        // All of us were stopped (Ctrl-Z), or a debugger holds the process:
        // such silence says nothing.
        let asleep = now - self.looked > self.silence / 2;
        self.looked = now;
        if asleep || is_traced(self.pid) {
            self.since = now;
        }
        let path = record::path();
        if let Some(file) = path.and_then(|path| fs::metadata(path).ok())
            && file.len() != self.size
        {
            let size = file.len();
            let cpu = cpu_of(self.pid);
            *self = Watch { size, since: now, searched: false, cpu, ..*self };
        }
        let silent = now - self.since;
        let what = if self.end.is_some_and(|end| now >= end) {
            "time is up".to_owned() + &self.cpu_used(silent)
        } else if path.is_some() && silent >= self.silence && !self.is_full() {
            let what = format!("nothing has happened for {silent:.1?}");
            what + &self.cpu_used(silent)
        } else if self.circles && silent >= LULL && self.finds_a_circle() {
            "deadlock".to_owned()
        } else {
            return None;
        };
        Some(verdict(&what, record::so_far().ok()))
    }

    /// Set if no more may be recorded; then silence says nothing.
    fn is_full(&self) -> bool {
        let longest_line = 1 << 16;
        self.size + longest_line > record::MOST
    }

    /// Set if threads of the process wait for one another in a circle. That is
    /// for ever, so one look at a recording is enough.
    fn finds_a_circle(&mut self) -> bool {
        if mem::replace(&mut self.searched, true) {
            return false;
        }
        let Ok(mut recording) = record::so_far() else { return false };
        // The circles of a child are not ours: we can still kill it.
        recording.tracks.retain(|track| track.pid == self.pid);
        !recording.circles().is_empty()
    }

    /// In a parenthesis, if the system tells.
    fn cpu_used(&self, silent: Duration) -> String {
        let cpu = self.cpu.zip(cpu_of(self.pid));
        match cpu.map(|(then, now)| now.saturating_sub(then)) {
            None => String::new(),
            // So much is used by looking.
            Some(cpu) if cpu < silent / 20 => {
                " (and it used next to no CPU)".to_owned()
            }
            Some(cpu) => {
                format!(" (in the last {silent:.1?} it used {cpu:.1?} of CPU)")
            }
        }
    }
}

/// Whoever records nothing for so long may be in a deadlock.
const LULL: Duration = Duration::from_millis(100);

/// Set if a debugger is attached; only Linux tells.
fn is_traced(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status"));
    let tracer = status.ok().and_then(|status| {
        let line = status.lines().find_map(|it| it.strip_prefix("TracerPid:"));
        line?.trim().parse::<u32>().ok()
    });
    tracer.is_some_and(|tracer| tracer != 0)
}

/// What happened, who waits for whom, and the lanes.
fn verdict(what: &str, recording: Option<Recording>) -> String {
    let mut verdict = format!("{what}\n");
    if let Some(mut recording) = recording {
        let silence = recording.silence();
        for sentence in recording.who_waits_for_whom(silence) {
            verdict += &format!("  {sentence}\n");
        }
        recording.go_on_for(silence.min(recording.length / 4));
        verdict += &recording.lanes(record::width());
        verdict.push('\n');
    }
    verdict
}

/// The CPU time of another process; only where the system keeps it in files.
fn cpu_of(pid: u32) -> Option<Duration> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let nanos = tasks.flatten().map(|task| {
        let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    nanos.sum::<Option<u64>>().map(Duration::from_nanos)
}

/// Watches this very process while the guard lives: ends it with status 101
/// and says why, if nothing is recorded for as long as `silence`, and at once
/// if threads wait for one another in a circle. Ends it too if its parent has
/// ended, who would have ended it.
///
/// For tests: several may watch at once.
pub fn in_thread(silence: Duration) -> Watching {
    let (stop, stopped) = channel::<()>();
    let parent = getppid();
    let watch = move || {
        let watch = Watch::new(process::id(), silence, None);
        let mut watch = Watch { circles: true, ..watch };
        let pause = (silence / 10).min(LULL);
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(pause) {
            if getppid() != parent {
                process::exit(101);
            }
            if let Some(verdict) = watch.check() {
                // Not `eprintln`, which a test harness would capture, and drop.
                let _ = writeln!(stderr(), "\nended: {verdict}");
                process::exit(101);
            }
        }
    };
    let _ = thread::Builder::new().name("watchdog".to_owned()).spawn(watch);
    Watching { _stop: stop }
}

/// The time at the end of a text, as [`Duration`] is printed. For tests.
///
/// ```
/// use std::time::Duration;
///
/// let ms = lab::watchdog::time("elapsed: 1.5ms");
/// assert_eq!(ms, Duration::from_micros(1500));
/// ```
///
/// # Panics
///
/// If there is none.
pub fn time(text: &str) -> Duration {
    let word = text.rsplit(' ').next().unwrap_or_default();
    let digit = |c: char| c.is_ascii_digit() || c == '.';
    let unit = word.trim_start_matches(digit);
    let number: f64 = word[..word.len() - unit.len()].parse().expect(text);
    let one = match unit {
        "ns" => 1e-9,
        "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => panic!("{unit:?} is no unit of time: {text}"),
    };
    Duration::from_secs_f64(number * one)
}

/// Kills a child that is not done within `limit`, and says for whom it was:
/// whoever waits for its output or its end waits no longer. For tests; give
/// the guard up before the child is waited for, or at once after.
pub fn limit(child: &Child, limit: Duration) -> Watching {
    let (stop, stopped) = channel::<()>();
    let whose = thread::current().name().unwrap_or("a thread").to_owned();
    let pid = Pid::from_child(child);
    let watch = move || {
        if let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(limit) {
            let what = format!("{whose}: its child runs after {limit:.0?}");
            let _ = writeln!(stderr(), "\nended: {what}");
            let _ = kill_process(pid, Signal::KILL);
        }
    };
    let _ = thread::Builder::new().name("watchdog".to_owned()).spawn(watch);
    Watching { _stop: stop }
}

/// The watch lasts as long as this (see [`in_thread`] and [`limit`]).
#[must_use = "the watch ends when this is dropped"]
pub struct Watching {
    _stop: Sender<()>,
}
