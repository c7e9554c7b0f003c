//! The file that events are written to.

use super::event::Event;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// The environment variable that tells a child where to record.
pub const VARIABLE: &str = "LAB_RECORDING";

/// Set while events are recorded. `Relaxed`, because it publishes nothing: a
/// thread that sees it late records a little less.
pub(super) static ON: AtomicBool = AtomicBool::new(false);
pub(super) static OUTPUT: OnceLock<Output> = OnceLock::new();
/// What went wrong with writing, if anything.
static ERROR: OnceLock<io::Error> = OnceLock::new();

/// How much a process may record, in bytes: a crawl of 100,000 pages records
/// less. A step that never ends would fill the disk.
pub const MOST: u64 = 128 << 20;

/// How much this process has recorded, in bytes.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// The file, once it is open.
pub(super) struct Output {
    pid: u32,
    file: File,
    pub path: PathBuf,
    pub temporary: bool,
}

/// Set if events are recorded.
pub fn is_on() -> bool {
    ON.load(Relaxed)
}

/// Until this is dropped, this process records nothing.
///
/// It is for work that is repeated many times, of which one run is shown.
#[must_use = "the recording goes on when this is dropped"]
pub struct Paused(());

/// How many pauses there are now.
static PAUSES: Mutex<usize> = Mutex::new(0);

/// Lets the recording pause. Pauses may overlap: it goes on when the last of
/// them is dropped.
///
/// ```
/// timeline::start()?;
/// let outer = timeline::pause();
/// drop(timeline::pause());
/// assert!(!timeline::is_on());
/// drop(outer);
/// assert!(timeline::is_on());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn pause() -> Paused {
    *lock_pauses() += 1;
    ON.store(false, Relaxed);
    Paused(())
}

fn lock_pauses() -> MutexGuard<'static, usize> {
    PAUSES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Set while the recording pauses, so that its silence says nothing.
pub(super) fn is_paused() -> bool {
    *lock_pauses() > 0
}

impl Drop for Paused {
    fn drop(&mut self) {
        let mut under_way = lock_pauses();
        *under_way -= 1;
        if *under_way == 0 {
            ON.store(OUTPUT.get().is_some() && error().is_none(), Relaxed);
        }
    }
}

/// The file that this process records into.
pub fn path() -> Option<&'static Path> {
    OUTPUT.get().map(|output| output.path.as_path())
}

/// Set if [`start`](crate::start) made the file, so that a child that outlives
/// this process (the site does, for a moment) has to remove it.
pub fn is_temporary() -> bool {
    OUTPUT.get().is_some_and(|output| output.temporary)
}

/// What a child process needs in order to record into the same file:
/// `Command::new(…).envs(timeline::env())`.
pub fn env() -> Option<(&'static str, &'static Path)> {
    path().map(|path| (VARIABLE, path))
}

/// Why the recording stopped early, if it did: the disk was full, say. The
/// program goes on.
pub fn error() -> Option<&'static io::Error> {
    ERROR.get()
}

/// The CPU time that all threads of this process have used.
pub fn cpu_time() -> Duration {
    Duration::from_nanos(nanos(ClockId::ProcessCPUTime))
}

/// The number of this process; it is remembered, because each question for it
/// is a system call.
pub(super) fn pid() -> u32 {
    OUTPUT.get().map_or(0, |output| output.pid)
}

/// Writes one event, by one system call, and just as it is, also during a
/// [`pause`]: it may be one of a simulation, whose clock is another.
pub fn write(event: &Event<'_>) {
    let Some(output) = OUTPUT.get() else { return };
    let line = format!("{event}\n");
    // Relaxed: the sum orders nothing else.
    let before = WRITTEN.fetch_add(line.len() as u64, Relaxed);
    if before + line.len() as u64 > MOST {
        let why = "it would be too long; the program may go round in a loop";
        return stop(io::Error::new(ErrorKind::FileTooLarge, why));
    }
    let written = loop {
        match (&output.file).write(line.as_bytes()) {
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            other => break other,
        }
    };
    let why = match written {
        Ok(n) if n == line.len() => return,
        Ok(_) => io::Error::new(ErrorKind::WriteZero, "the disk is full"),
        Err(why) => why,
    };
    stop(why);
}

/// Ends the recording here: with a hole it would be misleading.
fn stop(why: io::Error) {
    ON.store(false, Relaxed);
    // Only the first is kept.
    let _ = ERROR.set(why);
}

/// The time on the monotonic clock, which all processes share.
pub(super) fn now() -> u64 {
    nanos(ClockId::Monotonic)
}

/// A time on the monotonic clock. Times that are equal stay so, and their
/// order stays: an [`Instant`] does not say what the clock showed, hence one
/// reading of both, for all.
pub fn on_our_clock(time: Instant) -> u64 {
    static BOTH: OnceLock<(u64, Instant)> = OnceLock::new();
    // The clock first: so no time seems to be later than it is, and no timer
    // seems to ring before its time.
    let (clock, instant) = *BOTH.get_or_init(|| (now(), Instant::now()));
    match time.checked_duration_since(instant) {
        Some(later) => clock.saturating_add(to_nanos(later)),
        None => clock.saturating_sub(to_nanos(instant - time)),
    }
}

fn to_nanos(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}

/// The CPU time that this thread has used.
pub fn cpu_time_of_thread() -> Duration {
    Duration::from_nanos(thread_cpu())
}

/// The same in nanoseconds.
pub(super) fn thread_cpu() -> u64 {
    nanos(ClockId::ThreadCPUTime)
}

fn nanos(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

impl Output {
    /// Opens the file; a temporary one must not be there yet.
    pub(super) fn open(path: PathBuf, temporary: bool) -> io::Result<Output> {
        let mut options = OpenOptions::new();
        options.create(true).create_new(temporary).append(true).mode(0o600);
        let file = options.open(&path).map_err(|why| {
            let text = format!("cannot write to {}: {why}", path.display());
            io::Error::new(why.kind(), text)
        })?;
        Ok(Output { pid: process::id(), file, path, temporary })
    }
}
