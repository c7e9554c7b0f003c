//! Waiting, told from looking again and again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use timeline::{Track, cpu_time, cpu_time_of_thread};

/// A thread that is on its way to where it will wait runs a few times more.
const FEW: usize = 10;

/// How long all others have to sleep before nothing is expected of them any
/// more. An [`Adversary`](crate::Adversary) holds a thread up for less.
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
/// Where the system does not tell which threads sleep, it waits a little
/// longer.
pub fn wait_until(mut is_so: impl FnMut() -> bool) -> bool {
    // One that looks again and again may well bring it about.
    let every = Duration::from_millis(10);
    let end = settle(&mut is_so, every, MOST_CPU, usize::MAX);
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

/// Asks whether it `is_so`: at first within microseconds, then once a
/// millisecond. Looks at the other threads `every` so often, which costs some
/// system calls for each of them.
fn settle(
    mut is_so: impl FnMut() -> bool,
    every: Duration,
    most_cpu: Duration,
    most_wakes: usize,
) -> End {
    let began = cpu_of_others();
    let mut looked = Instant::now();
    let mut before = None;
    let mut quiet = (looked, 0);
    let mut wakes = BTreeMap::<String, usize>::new();
    let mut pause = Duration::from_micros(50);
    while !is_so() {
        thread::sleep(pause);
        pause = (2 * pause).min(Duration::from_millis(1));
        if looked.elapsed() < every {
            continue;
        }
        looked = Instant::now();
        let after = others();
        if are_asleep(&before, &after) {
            quiet.1 += 1;
        } else {
            quiet = (looked, 0);
        }
        // One look is not enough: this thread may have had no core meanwhile.
        let (since, looks) = quiet;
        let patience = if after.is_some() { PATIENCE } else { 4 * PATIENCE };
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
        let mut read = None;
        let is_so = || {
            // To read a recording takes time: only when there is more of it.
            let length = recorded();
            if read != Some(length) {
                read = Some(length);
                let tracks = alive(names);
                wait = tracks.len() == names.len() && tracks.iter().all(waits);
                look = tracks.iter().any(|track| track.held.len() > FEW);
            }
            is_done() || wait || look
        };
        match settle(is_so, Duration::from_millis(1), TO_WAIT, FEW) {
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

/// How long the recording is by now, in bytes.
fn recorded() -> u64 {
    let about = timeline::path().and_then(|path| path.metadata().ok());
    about.map_or(0, |about| about.len())
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
    let mut text = [0; 1024];
    for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
        let number = task.file_name().to_string_lossy().into_owned();
        if number == own {
            continue;
        }
        let folder = task.path();
        // It may have ended by now.
        let stat = read_once(&folder.join("stat"), &mut text);
        let Some(stat) = stat else { continue };
        let (name, rest) = stat.rsplit_once(") ")?;
        if name.ends_with("(watchdog") {
            continue;
        }
        let awake = rest.starts_with(['R', 'D']);
        let times = read_once(&folder.join("schedstat"), &mut text);
        let Some(times) = times else { continue };
        let ran = times.split(' ').next()?.to_owned();
        others.insert(number, Other { awake, ran });
    }
    Some(others)
}

/// A file of `/proc` that fits, by one `read`: there may be hundreds to read,
/// many times a second.
fn read_once<'a>(file: &Path, text: &'a mut [u8]) -> Option<Cow<'a, str>> {
    let length = File::open(file).ok()?.read(text).ok()?;
    // A thread's name may be cut in the middle of a character.
    Some(String::from_utf8_lossy(&text[..length]))
}
