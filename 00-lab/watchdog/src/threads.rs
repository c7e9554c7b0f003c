//! What the system knows of a thread of this process: whether it sleeps, and
//! for how long it has run. Only Linux tells, in `/proc`.

use std::fs::{self, File};
use std::io::Read;

/// A thread, as the system sees it at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Set if it is one of the watchdog's.
    pub is_watchdog: bool,
    /// Set if it neither runs, nor was woken and waits for a core.
    pub is_asleep: bool,
    /// For how many nanoseconds it has run.
    pub ran: u64,
}

/// The number that the system has for this thread.
pub fn this_thread() -> Option<String> {
    let own = fs::read_link("/proc/thread-self").ok()?;
    Some(own.file_name()?.to_string_lossy().into_owned())
}

/// The numbers of all threads of this process.
pub fn all_threads() -> Option<Vec<String>> {
    let tasks = fs::read_dir("/proc/self/task").ok()?.flatten();
    let number =
        |it: fs::DirEntry| it.file_name().to_string_lossy().into_owned();
    Some(tasks.map(number).collect())
}

/// Looks at the thread with this number; it may have ended by now.
pub fn look_at(thread: &str) -> Option<Look> {
    // In this order: one that was about to run before its time was read, and
    // has not run, did not seem to sleep either.
    let State { is_watchdog, is_asleep } = state_of(thread)?;
    Some(Look { is_watchdog, is_asleep, ran: time_of(thread)? })
}

/// What a thread does at one moment, without the time that it has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Set if it is one of the watchdog's.
    pub is_watchdog: bool,
    /// Set if it neither runs, nor was woken and waits for a core.
    pub is_asleep: bool,
}

/// Looks at what the thread with this number does; it may have ended by now.
pub fn state_of(thread: &str) -> Option<State> {
    let stat = read_once(thread, "stat")?;
    let (name, state) = stat.rsplit_once(") ")?;
    Some(State {
        is_watchdog: name.ends_with("(watchdog"),
        is_asleep: !state.starts_with(['R', 'D']),
    })
}

/// For how many nanoseconds the thread with this number has run; it may have
/// ended by now. This takes a small part of the time of a look.
pub fn time_of(thread: &str) -> Option<u64> {
    if let Some(time) = clock_of(thread) {
        return Some(time);
    }
    // No such clock, or no such thread.
    let times = read_once(thread, "schedstat")?;
    times.split(' ').next()?.parse().ok()
}

/// The time on the CPU clock of a thread of this process.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "std and rustix have no clock of a thread")]
fn clock_of(thread: &str) -> Option<u64> {
    // What the system takes for the clock of a thread: its number, inverted,
    // and three bits, which say that it is one thread's, and exact.
    let number: libc::clockid_t = thread.parse().ok()?;
    let clock = (!number << 3) | 0b110;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid for a write of one `timespec`.
    let failed = unsafe { libc::clock_gettime(clock, &mut time) };
    (failed == 0)
        .then_some(time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64)
}

#[cfg(not(target_os = "linux"))]
fn clock_of(_thread: &str) -> Option<u64> {
    None
}

/// The beginning of a file about a thread, by one `read`: all that is asked for
/// stands there, and there may be hundreds to read, many times a second.
fn read_once(thread: &str, file: &str) -> Option<String> {
    // Enough for a name of which each character is written as four.
    let mut text = [0; 128];
    let path = format!("/proc/self/task/{thread}/{file}");
    let length = File::open(path).ok()?.read(&mut text).ok()?;
    // A thread's name may be cut in the middle of a character.
    Some(String::from_utf8_lossy(&text[..length]).into_owned())
}
