//! What a check needs in order to judge how an answer ran.

mod answer;
mod gate;
mod means;
mod memory;
mod smallest;
mod sleep;

pub use answer::Answer;
pub use gate::Gate;
pub use memory::{Counting, allocated};
pub use sleep::{others_rest, others_sleep, wait_until};
pub use smallest::smallest;

use lab::site;
use rustix::process::{WaitId, WaitIdOptions, waitid};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use timeline::{Recording, cpu_time};
use watchdog::{self, Watching};

/// An answer that records nothing for this long is taken to hang.
const SILENCE: Duration = Duration::from_secs(3);

/// Watches what happens between [`begin`](Judge::begin) and
/// [`end`](Judge::end). Records it, and if it hangs, ends this process and says
/// what each thread waits for.
///
/// One test judges at a time; another of the same program waits for its turn.
///
/// ```
/// use trials::judge::Judge;
///
/// let judge = Judge::begin();
/// let answer = std::thread::spawn(|| 6 * 7).join().unwrap();
/// let judged = judge.end();
///
/// assert_eq!(answer, 42, "wrong answer: {answer} is not 42");
/// assert!(judged.threads_left.is_empty());
/// assert!(!judged.children_left);
/// ```
pub struct Judge {
    began: Instant,
    cpu: Duration,
    /// How long the recording was at the beginning, in bytes.
    recorded: u64,
    /// The threads that were there at the beginning, where the system tells.
    threads: BTreeSet<String>,
    _watching: Watching,
    _one_at_a_time: MutexGuard<'static, ()>,
}

/// How an answer ran.
#[derive(Debug)]
pub struct Judged {
    /// What it recorded, by all its threads.
    pub recording: Recording,
    /// From begin to end.
    pub elapsed: Duration,
    /// The CPU time that this process used meanwhile, without that of the sites
    /// that it had [in a thread](lab::Site::in_thread) and has ended.
    pub cpu: Duration,
    /// The names of the threads that were started meanwhile and have not ended.
    /// A thread has a name here if it records something: a fetch, a lock, a
    /// wait. Of the others only Linux tells how many there are.
    pub threads_left: Vec<String>,
    /// Set if this process has a child: one that runs, or a zombie.
    pub children_left: bool,
}

impl Judge {
    /// Begins to judge an answer, if its file is what was compiled.
    ///
    /// # Panics
    ///
    /// If the file has changed, or if nothing can be recorded.
    pub fn of(answer: Answer) -> Judge {
        // Panics if the file has changed since.
        answer.text();
        Judge::begin()
    }

    /// Begins: what happens from here on counts.
    ///
    /// # Panics
    ///
    /// If nothing can be recorded.
    pub fn begin() -> Judge {
        static ONE: Mutex<()> = Mutex::new(());
        sleep::note_judge();
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let path = timeline::start().expect("a recording");
        let recorded = path.metadata().expect("it is there").len();
        Judge {
            began: Instant::now(),
            cpu: cpu_of_answer(),
            recorded,
            threads: sleep::threads_of_answers(),
            _watching: watchdog::watch_this_process(SILENCE),
            _one_at_a_time: one,
        }
    }

    /// Ends: what has happened up to here counts.
    ///
    /// # Panics
    ///
    /// If the recording cannot be read.
    pub fn end(self) -> Judged {
        let elapsed = self.began.elapsed();
        let cpu = cpu_of_answer().saturating_sub(self.cpu);
        let path = timeline::path().expect("it was begun");
        let read =
            || Recording::read_from(path, self.recorded).expect("a recording");
        // A thread that has been joined may still be about to say that it is
        // done, and on a busy machine it has to wait for a core.
        let grace = Instant::now() + Duration::from_millis(500);
        let (recording, threads_left) = loop {
            let recording = read();
            let left = find_threads_left(&recording, &self.threads);
            if left.is_empty() || Instant::now() > grace {
                break (recording, left);
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        Judged {
            threads_left,
            children_left: has_children(),
            recording,
            elapsed,
            cpu,
        }
    }
}

impl Judged {
    /// How much of the time a CPU was busy: 1 is one core, all the time.
    pub fn busy(&self) -> f64 {
        self.cpu.as_secs_f64() / self.elapsed.as_secs_f64()
    }
}

/// The CPU time of this process, less that of its sites.
fn cpu_of_answer() -> Duration {
    cpu_time().saturating_sub(site::cpu_in_threads())
}

/// The names of the threads that have not ended, without the one that judges
/// and those that were there `before`.
fn find_threads_left(
    recording: &Recording,
    before: &BTreeSet<String>,
) -> Vec<String> {
    let own = timeline::current();
    let threads = recording.of_kind("thread");
    let left = threads.filter(|track| !track.ended && track.lane != own);
    let left: Vec<_> = left.map(|track| track.name.clone()).collect();
    if !left.is_empty() {
        return left;
    }
    match sleep::threads_of_answers().difference(before).count() {
        0 => left,
        1 => vec!["a thread that records nothing".to_owned()],
        n => vec![format!("{n} threads that record nothing")],
    }
}

fn has_children() -> bool {
    let look =
        WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG | WaitIdOptions::EXITED;
    // It fails if there is no child, and only then.
    waitid(WaitId::All, look).is_ok()
}

#[cfg(test)]
mod tests;
