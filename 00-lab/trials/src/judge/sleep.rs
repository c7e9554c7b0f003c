//! Waiting, told from looking again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use timeline::{Track, cpu_time, cpu_time_of_thread};

/// A thread that is on its way to where it will wait runs a few times more.
const FEW: usize = 10;

/// How long all others have to sleep before nothing is expected of them any
/// more. An [`Adversary`](lab::sync::Adversary) holds a thread up for less.
const PATIENCE: Duration = Duration::from_millis(300);

/// The CPU time of the others after which nothing is expected of them either.
const MOST_CPU: Duration = Duration::from_millis(300);

/// The CPU time that threads need at most on their way to where they wait.
const TO_WAIT: Duration = Duration::from_millis(60);

/// Waits until all other threads of this process sleep through a whole
/// `stretch` of time. Set if they do; not, if one of them looks again and
/// again: one that waits to be woken does not run at all meanwhile.
///
/// A thread that is ready and has no core for a while is waited for, so a busy
/// machine changes nothing.
///
/// Leaves out the watchdogs. Only Linux tells of each thread; elsewhere they
/// sleep if all together use next to no CPU.
pub fn others_sleep(stretch: Duration) -> bool {
    let mut ran = BTreeMap::<String, usize>::new();
    let cpu = || cpu_time().saturating_sub(cpu_time_of_thread());
    let began = cpu();
    let mut before = others();
    loop {
        thread::sleep(stretch);
        let after = others();
        if after.is_none() {
            return cpu().saturating_sub(began) < stretch / 10;
        }
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
    // One that looks again and again may well bring it about.
    let end = settle(&mut is_so, MOST_CPU, usize::MAX);
    end == End::So || is_so()
}

/// What there was in the end.
#[derive(PartialEq, Eq)]
enum End {
    So,
    AllSleep,
    /// They only spin, or wake up again and again.
    Busy,
}

fn settle(
    mut is_so: impl FnMut() -> bool,
    most_cpu: Duration,
    most_wakes: usize,
) -> End {
    let began = cpu_of_others();
    let mut before = others();
    let patience = if before.is_some() { PATIENCE } else { 4 * PATIENCE };
    let mut quiet = (Instant::now(), 0);
    let mut wakes = BTreeMap::<String, usize>::new();
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
        if looks > FEW && since.elapsed() > patience {
            return End::AllSleep;
        }
        for (thread, now) in after.iter().flatten() {
            let then = before.as_ref().and_then(|before| before.get(thread));
            if then.is_some_and(|then| !then.awake && then.ran != now.ran) {
                *wakes.entry(thread.clone()).or_default() += 1;
            }
        }
        if cpu_of_others().saturating_sub(began) > most_cpu
            || wakes.values().any(|&wakes| wakes > most_wakes)
        {
            return End::Busy;
        }
        before = after;
    }
    End::So
}

/// What threads do that have nothing to do but wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// They do not: what they were not to do is done.
    Done,
    /// They wait, and the recording says so.
    Waits,
    /// They look again and again whether they may go on.
    Looks,
    /// They sleep, and the recording does not say what for.
    Unseen,
}

/// Waits until each of the threads with these names waits, as the recording
/// has it, or until something `is_done` that must not be; and looks then
/// whether they sleep through a `stretch` of time.
///
/// A thread that takes a lock every now and then does not wait.
pub fn idle(
    names: &[&str],
    stretch: Duration,
    mut is_done: impl FnMut() -> bool,
) -> Idle {
    loop {
        let (mut wait, mut look) = (false, false);
        let is_so = || {
            let tracks = alive(names);
            wait = tracks.len() == names.len() && tracks.iter().all(waits);
            look = tracks.iter().any(|track| track.held.len() > FEW);
            is_done() || wait || look
        };
        match settle(is_so, TO_WAIT, FEW) {
            End::Busy => return Idle::Looks,
            End::AllSleep => return Idle::Unseen,
            End::So if look => return Idle::Looks,
            End::So if !wait => return Idle::Done,
            End::So => {}
        }
        // A thread may wait for a moment, for a lock, and then go on.
        let all_sleep = others_sleep(stretch);
        if is_done() {
            return Idle::Done;
        }
        if !all_sleep {
            return Idle::Looks;
        }
        if alive(names).iter().all(waits) {
            return Idle::Waits;
        }
    }
}

fn waits(track: &Track) -> bool {
    let last = track.spans.last().map(|span| &span.state);
    last.is_some_and(|state| state.waits() || state.is_blocked())
}

/// What is recorded of these threads so far, of each the latest of its name,
/// unless it has ended.
fn alive(names: &[&str]) -> Vec<Track> {
    let mut tracks = timeline::so_far().expect("a recording").tracks;
    tracks.retain(|track| !track.ended && names.contains(&&*track.name));
    tracks
}

fn cpu_of_others() -> Duration {
    cpu_time().saturating_sub(cpu_time_of_thread())
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

/// The threads of this process, by their numbers, without the watchdogs and
/// those that judge. None where the system does not tell.
pub(super) fn threads() -> BTreeSet<String> {
    let judges = JUDGES.lock().unwrap_or_else(PoisonError::into_inner);
    let threads = others().into_iter().flatten().map(|(number, _)| number);
    threads.filter(|number| !judges.contains(number)).collect()
}

/// Says that this thread judges, or is about to: it is no answer's.
pub(super) fn this_thread_judges() {
    let mut judges = JUDGES.lock().unwrap_or_else(PoisonError::into_inner);
    judges.extend(this_thread());
}

/// The tests of one program run beside each other, and each may judge.
static JUDGES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The number of this thread.
fn this_thread() -> Option<String> {
    let own = fs::read_link("/proc/thread-self").ok()?;
    Some(own.file_name()?.to_string_lossy().into_owned())
}

fn are_asleep(before: &Others, after: &Others) -> bool {
    let is_awake = |others: &Others| {
        others.iter().flatten().any(|(_, thread)| thread.awake)
    };
    before == after && !is_awake(after)
}

fn others() -> Others {
    let own = this_thread()?;
    let mut others = BTreeMap::new();
    for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
        let read = |file| fs::read_to_string(task.path().join(file));
        // It may have ended by now.
        let Ok(stat) = read("stat") else { continue };
        let (name, rest) = stat.rsplit_once(") ")?;
        let number = task.file_name().to_string_lossy().into_owned();
        if number != own && !name.ends_with("(watchdog") {
            let Ok(times) = read("schedstat") else { continue };
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
