//! Whether threads sleep until they are woken, or look again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use timeline::{cpu_time, cpu_time_of_thread};
use watchdog::threads::{self, Look};

/// A thread that is on its way to where it will wait runs a few times more.
const FEW: usize = 10;

/// How often [`wait_until`] looks at the other threads, which costs some system
/// calls for each of them.
const EVERY: Duration = Duration::from_millis(10);

/// How long all others have to sleep before nothing is expected of them any
/// more. An [`Adversary`](crate::Adversary) holds a thread up for less.
const PATIENCE: Duration = Duration::from_millis(300);

/// The CPU time of the others after which nothing is expected of them either.
const MOST_CPU: Duration = Duration::from_millis(300);

/// Waits until all other threads of this process sleep through a whole
/// `stretch` of time, and gives back `true` if they do. `false` means that one
/// of them looks again and again: a thread that waits to be woken does not run
/// at all in a stretch.
///
/// A thread that is ready and has no core for a while is waited for, so a busy
/// machine changes nothing.
///
/// Leaves out the watchdogs. Only Linux tells of each thread; elsewhere they
/// sleep if all together use next to no CPU.
pub fn others_sleep(stretch: Duration) -> bool {
    let mut ran = BTreeMap::<String, usize>::new();
    let began = cpu_of_others();
    let mut before = look_at_others();
    loop {
        thread::sleep(stretch);
        let after = look_at_others();
        if after.is_none() {
            return cpu_of_others().saturating_sub(began) < stretch / 10;
        }
        if are_asleep(&before, &after) {
            return true;
        }
        // Counts in how many stretches each of them has run.
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
    let began = cpu_of_others();
    let mut looked = Instant::now();
    let mut before = None;
    // Since when all others have been asleep, and how many looks have shown it.
    let (mut since, mut looks) = (looked, 0);
    // Asks within microseconds at first, then once a millisecond.
    let mut pause = Duration::from_micros(50);
    while !is_so() {
        thread::sleep(pause);
        pause = (2 * pause).min(Duration::from_millis(1));
        if looked.elapsed() < EVERY {
            continue;
        }
        looked = Instant::now();
        let after = look_at_others();
        match are_asleep(&before, &after) {
            true => looks += 1,
            false => (since, looks) = (looked, 0),
        }
        // One look is not enough: this thread may have had no core meanwhile.
        let patience = if after.is_some() { PATIENCE } else { 4 * PATIENCE };
        let all_sleep = looks > FEW && since.elapsed() > patience;
        // A thread that spins may still bring it about, but not for ever.
        let they_spin = cpu_of_others().saturating_sub(began) > MOST_CPU;
        if all_sleep || they_spin {
            return is_so();
        }
        before = after;
    }
    true
}

/// Waits until all other threads of this process sleep, so that nothing happens
/// until something wakes one of them. Gives back how many they are; `None` if
/// they use much CPU time and do not come to rest.
///
/// It leaves out the watchdogs. On Linux it is certain, and takes a fraction of
/// a millisecond. Elsewhere nobody counts them, and they are taken to sleep if
/// they use next to no CPU for a while.
pub fn others_rest() -> Option<usize> {
    const PAUSE: Duration = Duration::from_micros(50);
    const LONGEST: Duration = Duration::from_millis(1);
    let began = cpu_of_others();
    let mut numbers = numbers_of_others().unwrap_or_default();
    let mut pause = PAUSE;
    // Mostly something was woken just now, and a look would only show this.
    thread::sleep(PAUSE);
    loop {
        let used = cpu_of_others();
        // Between these times and those below is a moment at which no thread
        // runs, if none has run: one that was about to would seem awake.
        let before = times_of(&numbers);
        if let Some(now) = numbers_of_others() {
            match count_if_asleep(&now) {
                Some(others) if now == numbers && times_of(&now) == before => {
                    return Some(others);
                }
                // The next look is to show that they still sleep.
                Some(_) => {}
                // Threads that yield to all others only run while this one
                // sleeps, so it looks less and less often.
                None => {
                    thread::sleep(pause);
                    pause = (2 * pause).min(LONGEST);
                }
            }
            numbers = now;
        } else {
            thread::sleep(LONGEST);
            if cpu_of_others().saturating_sub(used) < PAUSE {
                return Some(0);
            }
        }
        if used.saturating_sub(began) > MOST_CPU {
            return None;
        }
    }
}

/// The numbers of the other threads; `None` where the system does not tell.
fn numbers_of_others() -> Option<Vec<String>> {
    let own = threads::this_thread()?;
    let mut numbers = threads::all_threads()?;
    numbers.retain(|number| *number != own);
    Some(numbers)
}

/// For how long each has run. None of one that has ended.
fn times_of(numbers: &[String]) -> Vec<Option<u64>> {
    numbers.iter().map(|number| threads::time_of(number)).collect()
}

/// How many threads these are, without the watchdogs, if all sleep. One that
/// does not is enough, so the others are not looked at: that takes most of the
/// time.
fn count_if_asleep(numbers: &[String]) -> Option<usize> {
    let mut count = 0;
    for state in numbers.iter().filter_map(|it| threads::state_of(it)) {
        if !state.is_watchdog {
            count += 1;
            if !state.is_asleep {
                return None;
            }
        }
    }
    Some(count)
}

fn cpu_of_others() -> Duration {
    cpu_time().saturating_sub(cpu_time_of_thread())
}

/// The tests of one program run beside each other, and each may judge: these
/// are the numbers of their threads.
static JUDGES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Notes that this thread judges, or is about to: no answer has started it.
pub(super) fn note_judge() {
    let mut judges = JUDGES.lock().unwrap_or_else(PoisonError::into_inner);
    judges.extend(threads::this_thread());
}

/// The threads of this process, by their numbers, without the watchdogs and
/// those that judge. None where the system does not tell.
pub(super) fn threads_of_answers() -> BTreeSet<String> {
    let judges = JUDGES.lock().unwrap_or_else(PoisonError::into_inner);
    let others = look_at_others().into_iter().flatten();
    let numbers = others.map(|(number, _)| number);
    numbers.filter(|number| !judges.contains(number)).collect()
}

/// The other threads, by their numbers, without the watchdogs; `None` where the
/// system does not tell.
type Others = Option<BTreeMap<String, Look>>;

fn look_at_others() -> Others {
    let own = threads::this_thread()?;
    let mut others = BTreeMap::new();
    for number in threads::all_threads()? {
        if number != own
            && let Some(look) = threads::look_at(&number)
            && !look.is_watchdog
        {
            others.insert(number, look);
        }
    }
    Some(others)
}

/// Set if no thread has run between these two looks, and none was about to.
fn are_asleep(before: &Others, after: &Others) -> bool {
    let mut looks = after.iter().flatten();
    before == after && looks.all(|(_, look)| look.is_asleep)
}
