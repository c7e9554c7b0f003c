//! Whether a program still does anything; and if not, who waits for whom.

use super::session::so_far;
use super::spans::Recording;
use super::text::width;
use super::write::{MOST, is_paused, path};
use std::fs;
use std::mem;
use std::process;
use std::time::{Duration, Instant};

/// Watches whether a process still does anything that is recorded, or ever can:
/// threads that wait for one another in a circle need no more time.
///
/// ```
/// use timeline::Watch;
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

    /// Watches this very process, for which also a circle of threads that wait
    /// for one another is a reason to end.
    pub fn of_this_process(silence: Duration) -> Watch {
        let watch = Watch::new(process::id(), silence, None);
        Watch { circles: true, ..watch }
    }

    /// Why the process ought to be ended, if it ought to be. Cheap, as long as
    /// all is well; ask several times in a `silence`.
    pub fn check(&mut self) -> Option<String> {
        let now = Instant::now();
        // All of us were stopped (Ctrl-Z), or a debugger holds the process:
        // such silence says nothing.
        let asleep = now - self.looked > self.silence / 2;
        self.looked = now;
        if asleep || is_paused() || is_traced(self.pid) {
            self.since = now;
        }
        let path = path();
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
        Some(verdict(&what, so_far().ok()))
    }

    /// Set if no more may be recorded; then silence says nothing.
    fn is_full(&self) -> bool {
        let longest_line = 1 << 16;
        self.size + longest_line > MOST
    }

    /// Set if threads of the process wait for one another in a circle. That is
    /// for ever, so one look at a recording is enough.
    fn finds_a_circle(&mut self) -> bool {
        if mem::replace(&mut self.searched, true) {
            return false;
        }
        let Ok(mut recording) = so_far() else { return false };
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
pub const LULL: Duration = Duration::from_millis(100);

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
pub fn verdict(what: &str, recording: Option<Recording>) -> String {
    let mut verdict = format!("{what}\n");
    if let Some(mut recording) = recording {
        let silence = recording.silence();
        for sentence in recording.who_waits_for_whom(silence) {
            verdict += &format!("  {sentence}\n");
        }
        recording.go_on_for(silence.min(recording.length / 4));
        verdict += &recording.lanes(width());
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
