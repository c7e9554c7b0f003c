//! Notices that a program does nothing any more, and says why.

use super::axis::format_duration;
use super::session::so_far;
use super::spans::Recording;
use super::text::width;
use super::write::{MOST, is_paused, path};
use std::ffi::OsString;
use std::fs;
use std::time::{Duration, Instant};

/// Watches whether a process still records anything.
///
/// ```
/// use timeline::Watch;
/// use std::time::Duration;
///
/// let mut watch = Watch::new(std::process::id(), Duration::from_secs(10));
/// assert_eq!(watch.check(), None);
/// ```
pub struct Watch {
    pid: u32,
    silence: Duration,
    /// The size of the recording, in bytes, and since when it has that size.
    size: u64,
    since: Instant,
    /// The time of the last check.
    looked: Instant,
    /// What its threads had had when the recording last grew.
    had: Option<Vec<Had>>,
}

impl Watch {
    /// Watches process `pid`, which has to record something at least once in
    /// each `silence`, into the same file as this process.
    pub fn new(pid: u32, silence: Duration) -> Watch {
        let (since, had) = (Instant::now(), had_by_threads(pid));
        Watch { pid, silence, size: 0, since, looked: since, had }
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
        let size = fs::metadata(path()?).map_or(self.size, |file| file.len());
        if size != self.size {
            self.had = had_by_threads(self.pid);
            (self.size, self.since) = (size, now);
        }
        // A process that has recorded as much as it may is silent, too.
        let longest_line = 1 << 16;
        let is_full = self.size + longest_line > MOST;
        let silent = now - self.since;
        if silent < self.silence || is_full {
            return None;
        }
        let had = had_by_threads(self.pid);
        // A thread that has no core, since the machine is busy, is not silent.
        if silent.saturating_sub(self.waited_for_core(&had)) < self.silence {
            return None;
        }
        let cpu = self.cpu_used(silent, &had);
        let silent = format_duration(silent);
        let what = format!("nothing has happened for {silent}{cpu}");
        Some(describe_hang(&what, so_far().ok()))
    }

    /// Since when nothing more is recorded.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// How long the thread has waited for a core, since the recording last
    /// grew, that has waited longest.
    fn waited_for_core(&self, now: &Option<Vec<Had>>) -> Duration {
        let (Some(then), Some(now)) = (&self.had, now) else {
            return Duration::ZERO;
        };
        let waited = now.iter().map(|thread| {
            let before = then.iter().find(|it| it.thread == thread.thread);
            let before = before.map_or(Duration::ZERO, |it| it.waited);
            thread.waited.saturating_sub(before)
        });
        waited.max().unwrap_or_default()
    }

    /// The CPU time used in the last `silent`, in a parenthesis, if it is
    /// known.
    fn cpu_used(&self, silent: Duration, now: &Option<Vec<Had>>) -> String {
        let sum = |had: &Vec<Had>| had.iter().map(|it| it.cpu).sum();
        let cpu: Option<(Duration, Duration)> =
            self.had.as_ref().map(sum).zip(now.as_ref().map(sum));
        match cpu.map(|(then, now)| now.saturating_sub(then)) {
            None => String::new(),
            // The checks use that much, too.
            Some(cpu) if cpu < silent / 20 => {
                " (and it used next to no CPU)".to_owned()
            }
            Some(cpu) => {
                let (silent, cpu) =
                    (format_duration(silent), format_duration(cpu));
                format!(" (in the last {silent} it used {cpu} of CPU)")
            }
        }
    }
}

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

/// What a thread has had of the cores so far.
struct Had {
    thread: OsString,
    cpu: Duration,
    /// How long it could run, and no core was free.
    waited: Duration,
}

/// What the threads of a process have had. Only Linux has it in files.
fn had_by_threads(pid: u32) -> Option<Vec<Had>> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    // A thread may end in between.
    let had = tasks.flatten().filter_map(|task| {
        let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
        let mut nanos = stat.split(' ').map(|it| it.parse().ok());
        let mut next = || nanos.next()?.map(Duration::from_nanos);
        let (cpu, waited) = (next()?, next()?);
        Some(Had { thread: task.file_name(), cpu, waited })
    });
    Some(had.collect())
}
