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
    let stat = read_once(thread, "stat")?;
    let (name, state) = stat.rsplit_once(") ")?;
    let times = read_once(thread, "schedstat")?;
    Some(Look {
        is_watchdog: name.ends_with("(watchdog"),
        is_asleep: !state.starts_with(['R', 'D']),
        ran: times.split(' ').next()?.parse().ok()?,
    })
}

/// A file about a thread, by one `read`: it is short, and there may be hundreds
/// to read, many times a second.
fn read_once(thread: &str, file: &str) -> Option<String> {
    let mut text = [0; 1024];
    let path = format!("/proc/self/task/{thread}/{file}");
    let length = File::open(path).ok()?.read(&mut text).ok()?;
    // A thread's name may be cut in the middle of a character.
    Some(String::from_utf8_lossy(&text[..length]).into_owned())
}
