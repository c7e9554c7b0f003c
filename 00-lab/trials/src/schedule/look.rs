//! What a thread does that has its turn and does not come to its next step.

use std::fs;
use std::sync::OnceLock;

/// A look at a thread, as the system sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// Set if it neither runs nor could.
    pub is_asleep: bool,
    /// For how many nanoseconds it has run.
    pub ran: u64,
}

/// Notes the number that the system has for this thread; only Linux tells.
pub(super) fn note_this_thread(id: &OnceLock<String>) {
    if let Ok(own) = fs::read_link("/proc/thread-self")
        && let Some(number) = own.file_name()
    {
        let _ = id.set(number.to_string_lossy().into_owned());
    }
}

/// Looks at a thread of this process.
pub(super) fn at(thread: &str) -> Option<Look> {
    let read = |file: &str| {
        fs::read_to_string(format!("/proc/self/task/{thread}/{file}")).ok()
    };
    let stat = read("stat")?;
    let (_, state) = stat.rsplit_once(") ")?;
    let ran = read("schedstat")?.split(' ').next()?.parse().ok()?;
    Some(Look { is_asleep: !state.starts_with(['R', 'D']), ran })
}
