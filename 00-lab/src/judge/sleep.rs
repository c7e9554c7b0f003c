//! Waiting, told from looking again and again.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::Duration;

/// How many stretches we look at: in the first, a thread may still be on its
/// way to where it will wait.
const STRETCHES: usize = 3;

/// Set if all other threads of this process sleep through a whole `stretch`
/// of time. One that waits to be woken does not run at all; one that looks
/// again and again does, however short, if it looks once in a stretch.
///
/// Leaves out the watchdogs. Set, too, where the system does not tell: only
/// Linux does.
pub fn others_sleep(stretch: Duration) -> bool {
    (0..STRETCHES).any(|_| {
        let before = ran();
        thread::sleep(stretch);
        let after = ran();
        // A thread that has been woken and waits for a core sleeps no more.
        let wakes = |ran: &Others| ran.values().any(|it| it.starts_with('R'));
        before == after && !after.as_ref().is_some_and(wakes)
    })
}

/// By their numbers: the state of each of the others, and for how many
/// nanoseconds it has run.
type Others = BTreeMap<String, String>;

fn ran() -> Option<Others> {
    let own = fs::read_link("/proc/thread-self").ok()?;
    let mut others = Others::new();
    for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
        let read = |file| fs::read_to_string(task.path().join(file));
        // It may have ended by now.
        let Ok(stat) = read("stat") else { continue };
        let (name, rest) = stat.rsplit_once(") ")?;
        if task.file_name() != own.file_name()? && !name.ends_with("(watchdog")
        {
            let state = rest.split(' ').next()?;
            let Ok(times) = read("schedstat") else { continue };
            let ran = times.split(' ').next()?;
            let number = task.file_name().to_string_lossy().into_owned();
            others.insert(number, format!("{state} {ran}"));
        }
    }
    Some(others)
}
