//! Waiting, told from looking again and again.

use crate::record::{cpu_time, cpu_time_of_thread};
use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// A thread that is on its way to where it will wait runs a few times more.
const FEW: usize = 10;

/// How long all others have to sleep before nothing is expected of them any
/// more. An [`Adversary`](crate::sync::Adversary) holds a thread up for less.
const PATIENCE: Duration = Duration::from_millis(300);

/// The CPU time of the others after which nothing is expected of them either.
const MOST_CPU: Duration = Duration::from_millis(300);

/// Waits until all other threads of this process sleep through a whole
/// `stretch` of time. Set if they do; not, if one of them looks again and
/// again: one that waits to be woken does not run at all meanwhile.
///
/// A thread that is ready and has no core for a while is waited for, so a busy
/// machine changes nothing.
///
/// Leaves out the watchdogs. Set, too, where the system does not tell: only
/// Linux does.
pub fn others_sleep(stretch: Duration) -> bool {
    let mut ran = BTreeMap::<String, usize>::new();
    let mut before = others();
    loop {
        thread::sleep(stretch);
        let after = others();
        if are_asleep(&before, &after) {
            return true;
        }
        for (thread, now) in after.iter().flatten() {
            let then = before.as_ref().and_then(|before| before.get(thread));
            if then.is_some_and(|then| then.ran != now.ran) {
                let times = ran.entry(thread.clone()).or_default();
                *times += 1;
                if *times > FEW {
                    return false;
                }
            }
        }
        before = after;
    }
}

/// Waits until something `is_so` that other threads of this process bring
/// about. Gives up, and gives back `false`, once they all sleep and it still
/// is not so, or if they do nothing but spin.
///
/// It asks once a millisecond. Where the system does not tell who sleeps, it
/// waits a little longer.
pub fn wait_until(mut is_so: impl FnMut() -> bool) -> bool {
    let cpu = || cpu_time().saturating_sub(cpu_time_of_thread());
    let began = cpu();
    let mut before = others();
    let patience = if before.is_some() { PATIENCE } else { 4 * PATIENCE };
    let mut quiet = (Instant::now(), 0);
    while !is_so() {
        thread::sleep(Duration::from_millis(1));
        let after = others();
        if are_asleep(&before, &after) {
            quiet.1 += 1;
        } else {
            quiet = (Instant::now(), 0);
        }
        // One look is not enough: this thread may have had no core meanwhile.
        let (since, looks) = quiet;
        let is_quiet = looks > FEW && since.elapsed() > patience;
        if is_quiet || cpu().saturating_sub(began) > MOST_CPU {
            return is_so();
        }
        before = after;
    }
    true
}

/// The other threads, by their numbers; `None` where the system does not tell.
type Others = Option<BTreeMap<String, Other>>;

#[derive(PartialEq, Eq)]
struct Other {
    /// Set if it runs, or was woken and waits for a core.
    awake: bool,
    /// For how many nanoseconds it has run.
    ran: String,
}

fn are_asleep(before: &Others, after: &Others) -> bool {
    let is_awake = |others: &Others| {
        others.iter().flatten().any(|(_, thread)| thread.awake)
    };
    before == after && !is_awake(after)
}

fn others() -> Others {
    let own = fs::read_link("/proc/thread-self").ok()?;
    let mut others = BTreeMap::new();
    for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
        let read = |file| fs::read_to_string(task.path().join(file));
        // It may have ended by now.
        let Ok(stat) = read("stat") else { continue };
        let (name, rest) = stat.rsplit_once(") ")?;
        if task.file_name() != own.file_name()? && !name.ends_with("(watchdog")
        {
            let Ok(times) = read("schedstat") else { continue };
            let number = task.file_name().to_string_lossy().into_owned();
            others.insert(
                number,
                Other {
                    awake: rest.starts_with(['R', 'D']),
                    ran: times.split(' ').next()?.to_owned(),
                },
            );
        }
    }
    Some(others)
}
