//! Notices that a program does nothing any more, and says why.

use super::session::so_far;
use super::spans::Recording;
use super::text::width;
use super::write::{MOST, is_paused, path};
use std::fs;
use std::mem;
use std::process;
use std::time::{Duration, Instant};

/// Watches whether a process still records anything. Threads that wait for one
/// another in a circle never will: for them it need not wait any longer.
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
    /// The size of the recording, in bytes, and since when it has that size.
    size: u64,
    since: Instant,
    /// Set if a circle of waiting threads is a reason to end the process. A
    /// program may have one on purpose, and go on with other threads.
    circles: bool,
    /// Set once a recording of this size has been searched for circles.
    searched: bool,
    /// The time of the last check.
    looked: Instant,
    /// The CPU time that the process had used when the recording last grew.
    cpu: Option<Duration>,
}

impl Watch {
    /// Watches process `pid`, which has to record something at least once in
    /// each `silence`, and to be over by `end`. It has to record into the same
    /// file as this process.
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

    /// Watches this process itself. For it, a circle of threads that wait for
    /// one another is a reason to end, too.
    pub fn of_this_process(silence: Duration) -> Watch {
        let watch = Watch::new(process::id(), silence, None);
        Watch { circles: true, ..watch }
    }

    /// Why the process has to be ended; `None` as long as it does not. This
    /// costs little: call it several times in a `silence`.
    pub fn check(&mut self) -> Option<String> {
        let now = Instant::now();
        // If we were stopped as well (Ctrl-Z), or if a debugger holds the
        // process, the silence says nothing.
        let asleep = now - self.looked > self.silence / 2;
        self.looked = now;
        if asleep || is_paused() || is_traced(self.pid) {
            self.since = now;
        }
        let recording = path();
        if let Some(file) = recording.and_then(|it| fs::metadata(it).ok())
            && file.len() != self.size
        {
            let size = file.len();
            let cpu = cpu_of(self.pid);
            *self = Watch { size, since: now, searched: false, cpu, ..*self };
        }
        let silent = now - self.since;
        let what = if self.end.is_some_and(|end| now >= end) {
            "time is up".to_owned() + &self.cpu_used(silent)
        } else if recording.is_some()
            && silent >= self.silence
            && !self.is_full()
        {
            let what = format!("nothing has happened for {silent:.1?}");
            what + &self.cpu_used(silent)
        } else if self.circles && silent >= LULL && self.finds_a_circle() {
            "deadlock".to_owned()
        } else {
            return None;
        };
        Some(describe_hang(&what, so_far().ok()))
    }

    /// Set if the process may not record any more. Then silence says nothing.
    fn is_full(&self) -> bool {
        let longest_line = 1 << 16;
        self.size + longest_line > MOST
    }

    /// Set if threads of the process wait for one another in a circle. One look
    /// is enough as long as nothing more is recorded.
    fn finds_a_circle(&mut self) -> bool {
        if mem::replace(&mut self.searched, true) {
            return false;
        }
        let Ok(mut recording) = so_far() else { return false };
        // A circle in a child does not count: the process can still kill it.
        recording.tracks.retain(|track| track.pid == self.pid);
        !recording.circles().is_empty()
    }

    /// The CPU time used in the last `silent`, in a parenthesis, if it is
    /// known.
    fn cpu_used(&self, silent: Duration) -> String {
        let cpu = self.cpu.zip(cpu_of(self.pid));
        match cpu.map(|(then, now)| now.saturating_sub(then)) {
            None => String::new(),
            // The checks use that much, too.
            Some(cpu) if cpu < silent / 20 => {
                " (and it used next to no CPU)".to_owned()
            }
            Some(cpu) => {
                format!(" (in the last {silent:.1?} it used {cpu:.1?} of CPU)")
            }
        }
    }
}

/// A program that records nothing for this long may be in a deadlock.
pub const LULL: Duration = Duration::from_millis(100);

/// Set if a debugger holds the process. Only Linux tells.
fn is_traced(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status"));
    let tracer = status.ok().and_then(|status| {
        let line = status.lines().find_map(|it| it.strip_prefix("TracerPid:"));
        line?.trim().parse::<u32>().ok()
    });
    tracer.is_some_and(|tracer| tracer != 0)
}

/// Says what happened, what each lane waits for, and draws the lanes.
pub fn describe_hang(what: &str, recording: Option<Recording>) -> String {
    let mut text = format!("{what}\n");
    if let Some(mut recording) = recording {
        let silence = recording.silence();
        for sentence in recording.explain_waits(silence) {
            text += &format!("  {sentence}\n");
        }
        recording.go_on_for(silence.min(recording.length / 4));
        text += &recording.lanes(width());
        text.push('\n');
    }
    text
}

/// The CPU time of a process. Only Linux has it in files.
fn cpu_of(pid: u32) -> Option<Duration> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let nanos = tasks.flatten().map(|task| {
        let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    nanos.sum::<Option<u64>>().map(Duration::from_nanos)
}
