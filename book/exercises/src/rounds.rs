//! Running the tests of an answer that compiled, many times: the first run
//! tells how it is wrong, the others whether it is right each time.

use crate::finding::{verdict_of, verdict_of_hung};
use crate::target::{LIMIT, MOST, Target};
use crate::verdict::{Kind, Verdict};
use std::fmt;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Duration;

/// How often an answer has to pass.
pub const ROUNDS: usize = 20;

/// How many tests run at once when an answer is run again and again: more than
/// there are cores, so that they get into each other's way, and so that the
/// cores have something to do while most of them wait.
const AT_ONCE: usize = 16;

/// How long the first run is alone. Many a wrong answer has failed by then. A
/// right one mostly waits, so the other runs begin before its end.
const HEAD_START: Duration = Duration::from_millis(20);

/// How many tests of other runs may run beside the first run: few, so that it
/// is hardly slower, and so that few have to be ended if it fails.
const BESIDE_FIRST: usize = 4;

/// How long a test may take beside [`AT_ONCE`] others.
const LIMIT_BESIDE_OTHERS: Duration = Duration::from_secs(16);

/// What the judge is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Cargo builds it.
    Compiling,
    /// The run with the first number runs; the second says how many there are.
    Running(usize, usize),
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stage::Compiling => f.write_str("compiling"),
            Stage::Running(n, of) => write!(f, "run {n} of {of}"),
        }
    }
}

/// Is called with each stage as it begins, by any thread.
pub type OnStage<'a> = &'a (dyn Fn(Stage) + Sync);

/// Is asked again and again while tests run; once it is `true`, they are ended.
type CallOff<'a> = &'a (dyn Fn() -> bool + Sync);

impl Target {
    /// Runs tests [`ROUNDS`] times. The other runs begin while the first is
    /// under way. But the verdict on a wrong answer is taken from a run that
    /// was alone: beside others, an answer may go wrong in another way.
    pub fn run_all(&self, tests: &[&str], on_stage: OnStage<'_>) -> Verdict {
        // Whether the first run has passed, once it is over.
        let first = OnceLock::new();
        on_stage(Stage::Running(1, ROUNDS));
        let (verdict, others) = thread::scope(|scope| {
            let others = scope.spawn(|| {
                // It is woken earlier if the first run is over.
                thread::park_timeout(HEAD_START);
                let begin = first.get() != Some(&false);
                begin.then(|| self.run_others(tests, on_stage, &first))
            });
            let verdict = self.run(tests);
            let _ = first.set(verdict.kind == Kind::Solved);
            others.thread().unpark();
            (verdict, others.join().expect("it does not panic"))
        });
        match (verdict.kind, others) {
            (Kind::Solved, others) => others.expect("they were run"),
            // It was alone, or it hangs, which the few beside it do not cause.
            (_, None) | (Kind::Hangs, _) => verdict,
            (_, Some(_)) => match self.run(tests) {
                alone if alone.kind == Kind::Solved => flaky(1, 1, verdict),
                alone => alone,
            },
        }
    }

    /// Runs tests, each in a process of its own, one for each core at once.
    pub fn run(&self, tests: &[&str]) -> Verdict {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let verdicts = at_once(cores, tests.len(), |n| {
            self.run_one(tests[n], LIMIT, &|| false)
        });
        // Take the verdict that explains most: a wrong answer comes before a
        // right one that went a wrong way.
        let worst = verdicts.into_iter().flatten().min_by_key(|v| v.kind);
        worst.unwrap_or_else(|| Verdict::new(Kind::Solved, ""))
    }

    /// Does all runs but the first, several tests at once: a few from now on,
    /// the rest when the `first` run has passed. The verdict is solved or
    /// flaky. If the first run fails, these are ended, and their verdict means
    /// nothing.
    fn run_others(
        &self,
        tests: &[&str],
        on_stage: OnStage<'_>,
        first: &OnceLock<bool>,
    ) -> Verdict {
        let has_first_failed = || first.get() == Some(&false);
        let runs = (ROUNDS - 1) * tests.len();
        // The number of the run that a test belongs to. The first is 2.
        let run_of = |n: usize| 2 + n / tests.len();
        let (hung, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let verdicts = at_once(AT_ONCE, runs, |n| {
            if n >= BESIDE_FIRST {
                first.wait();
            }
            // One hang tells as much as twenty, and takes as long as all else.
            if hung.load(Relaxed) > 0 || has_first_failed() {
                return None;
            }
            let test = tests[n % tests.len()];
            let verdict =
                self.run_one(test, LIMIT_BESIDE_OTHERS, &has_first_failed);
            let next = ended.fetch_add(1, Relaxed) + 1;
            if first.get().is_some() {
                on_stage(Stage::Running(run_of(next).min(ROUNDS), ROUNDS));
            }
            let verdict = verdict?;
            hung.fetch_add((verdict.kind == Kind::Hangs).into(), Relaxed);
            Some(verdict)
        });
        // Say how many runs have failed, and why, by the failure that explains
        // most.
        let has_failed =
            |run: &&[Option<Verdict>]| run.iter().any(Option::is_some);
        let failed = verdicts.chunks(tests.len()).filter(has_failed).count();
        let failures = verdicts.into_iter().enumerate();
        let failures = failures.filter_map(|(n, it)| Some((run_of(n), it?)));
        match failures.min_by_key(|(_, verdict)| verdict.kind) {
            None => {
                let why = format!("each of {ROUNDS} runs passed");
                Verdict::new(Kind::Solved, why)
            }
            Some((run, verdict)) => flaky(run, failed, verdict),
        }
    }

    /// Runs a test in a process of its own; `None` if it passes.
    fn run_one(
        &self,
        test: &str,
        limit: Duration,
        call_off: CallOff<'_>,
    ) -> Option<Verdict> {
        let mut command = Command::new(&self.program);
        command
            .args(["--exact", "--nocapture", test])
            .current_dir(&self.folder)
            .env("RUST_BACKTRACE", "0");
        match watchdog::run_unless(call_off, MOST, &mut command, limit) {
            Ok(ran) => verdict_of(ran, test),
            Err(hung) => Some(verdict_of_hung(hung, test)),
        }
    }
}

/// The verdict if `failed` runs have failed and the others have passed. One
/// that failed is number `run`, with this `verdict`.
fn flaky(run: usize, failed: usize, verdict: Verdict) -> Verdict {
    let Verdict { kind, why, .. } = &verdict;
    let run = ordinal(run);
    let others = match failed - 1 {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    };
    let why =
        format!("the {run} of {ROUNDS} runs failed{others}: {kind}: {why}");
    Verdict { kind: Kind::Flaky, why, ..verdict }
}

/// `second`: which one it is, in a word.
fn ordinal(n: usize) -> String {
    const WORDS: &str = "\
        first second third fourth fifth sixth seventh eighth ninth tenth \
        eleventh twelfth thirteenth fourteenth fifteenth sixteenth \
        seventeenth eighteenth nineteenth twentieth";
    let word = WORDS.split(' ').nth(n - 1).map(str::to_owned);
    word.unwrap_or_else(|| format!("{n}th"))
}

/// Calls `job` with each number below `count`, on so many `threads`. Gives back
/// what it returned, in the order of the numbers.
pub fn at_once<T: Send>(
    threads: usize,
    count: usize,
    job: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Relaxed);
                    if n >= count {
                        break;
                    }
                    let result = job(n);
                    done.lock().unwrap().push((n, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, result)| result).collect()
}
