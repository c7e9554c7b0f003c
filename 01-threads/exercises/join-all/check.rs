//! Judges `join_all`: all jobs at once, each on a thread of its own, and every
//! result and every panic in its place.
//!
//! No job ends before all have begun, unless no more begin; then they end in
//! any order. So nothing here depends on how long anything takes.
//!
//! As shipped: came out of `join_all`

use super::{Job, join_all};
use lab::{Dice, waiting};
use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;
use trials::judge::{Judge, others_sleep, wait_until};

trials::answer!("exercises/join-all.rs");

#[test]
fn all_run_at_once_and_nothing_is_lost() {
    let mut dice = Dice::random();
    let judge = Judge::of(ANSWER);
    // More than there are cores, and more than an answer may think enough.
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let many = cores + 65 + dice.below(16);
    let panics = 1 + dice.below(3);
    let mut runs: Vec<Run> = Vec::new();
    // First jobs that do not panic: a panic is then the answer's own.
    for (jobs, panics, hold) in [
        (2 + dice.below(8), 0, true),
        (0, 0, true),
        (panics + 1 + dice.below(8), panics, true),
        (many, 3, true),
        // A thread whose job is done at once could take another.
        (many, 0, false),
    ] {
        let all_at_once = runs.iter().all(|run| run.at_once == run.jobs);
        let hold = hold && all_at_once;
        let mut run = Run::of(jobs, panics, hold, &mut dice);
        run.judge_answer(&dice);
        runs.push(run);
    }
    let judged = judge.end();
    assert!(
        judged.threads_left.is_empty(),
        "wrong answer: `join_all` is back, and these have not ended: {}",
        judged.threads_left.join(", ")
    );
    runs.iter().for_each(Run::judge_way);
}

/// What a job gives back. It can neither be copied nor made up.
struct Gift(usize);

/// What the second job that panics panics with.
#[derive(PartialEq)]
struct Harm(usize);

/// What became of some jobs.
struct Run {
    jobs: usize,
    /// Which of them panicked.
    panics: Vec<usize>,
    /// Set if no job was to end before all had begun.
    hold: bool,
    /// How many were under way, none having ended, when no more came.
    at_once: usize,
    /// Set if nothing ran while they all waited.
    slept: bool,
    /// The jobs that ran on the thread that called `join_all`.
    at_home: Vec<usize>,
    /// One that ran on the thread of another, and that other.
    after_another: Option<(usize, usize)>,
    results: Option<thread::Result<Vec<thread::Result<Gift>>>>,
}

impl Run {
    /// Has `jobs` jobs joined, of which `panics` panic. With `hold`, none ends
    /// before all have begun; without, each ends at once.
    fn of(jobs: usize, panics: usize, hold: bool, dice: &mut Dice) -> Run {
        let order = shuffled(jobs, dice);
        let panics = shuffled(jobs, dice)[..panics].to_vec();
        let stage = Arc::new(Stage::default());
        let job = |n: usize| -> Job<Gift> {
            let stage = Arc::clone(&stage);
            let panics = panics.iter().position(|&it| it == n);
            Box::new(move || {
                stage.begin(n);
                match panics {
                    None => Gift(n),
                    Some(0) => panic!("{}", on_purpose(n)),
                    Some(1) => panic_any(Harm(n)),
                    Some(_) => panic_any(&*on_purpose(n).leak()),
                }
            })
        };
        let list: Vec<_> = (0..jobs).map(job).collect();
        if !hold {
            stage.let_go(&[]);
        }
        thread::scope(|scope| {
            let call = || {
                let home = thread::current().id();
                let join = AssertUnwindSafe(|| join_all(list));
                (catch_unwind(join), home)
            };
            let caller = scope.spawn(call);
            let all = hold && wait_until(|| stage.begun() == jobs);
            let at_once = stage.begun();
            let slept =
                !hold || jobs == 0 || others_sleep(Duration::from_millis(15));
            stage.let_go(if all { &order } else { &[] });
            let (results, home) = caller.join().expect("it is caught");
            Run {
                panics,
                jobs,
                hold,
                at_once,
                slept,
                at_home: stage.at(home),
                after_another: stage.after_another(),
                results: Some(results),
            }
        })
    }

    fn judge_answer(&mut self, dice: &Dice) {
        let jobs = self.jobs;
        let results = match self.results.take().expect("once") {
            Ok(results) => results,
            Err(own) if self.panics.is_empty() => resume_unwind(own),
            Err(_) => panic!(
                "wrong answer: the panic of a job came out of `join_all`: of \
                 {jobs} jobs, every result is lost"
            ),
        };
        let again = dice.again();
        assert!(
            results.len() == jobs,
            "wrong answer: {jobs} jobs gave {} results {again}",
            results.len()
        );
        for (n, result) in results.into_iter().enumerate() {
            let job = match result {
                Ok(Gift(job)) => job,
                Err(panic) => self.find_job(&*panic).unwrap_or_else(|| {
                    panic!(
                        "wrong answer: in place {n} of {jobs} is a panic that \
                         is not the job's"
                    )
                }),
            };
            assert!(
                job == n,
                "wrong answer: in place {n} is the result of job {job}: not \
                 in the order of the jobs {again}"
            );
        }
    }

    /// Finds the job that panicked with this.
    fn find_job(&self, panic: &(dyn Any + Send)) -> Option<usize> {
        let mut panics = self.panics.iter().enumerate();
        let job = panics.find(|&(nth, &n)| match nth {
            0 => panic.downcast_ref() == Some(&on_purpose(n)),
            1 => panic.downcast_ref() == Some(&Harm(n)),
            _ => panic.downcast_ref() == Some(&&*on_purpose(n)),
        });
        job.map(|(_, &n)| n)
    }

    fn judge_way(&self) {
        let jobs = self.jobs;
        if self.hold && self.at_once < jobs {
            match self.at_once {
                few if !self.slept => panic!(
                    "right answer, wrong way: when {few} of {jobs} jobs had \
                     begun, a thread was busy with something else, and the \
                     others did not begin: it looked again and again, or \
                     computed, or printed"
                ),
                0 => panic!(
                    "right answer, wrong way: all threads slept, and none of \
                     the {jobs} jobs had begun"
                ),
                1 => panic!(
                    "right answer, wrong way: the jobs never overlapped: each \
                     had ended before the next was begun"
                ),
                few => panic!(
                    "right answer, wrong way: only {few} of {jobs} jobs were \
                     running at the same time; the others were not begun \
                     before one of these had ended"
                ),
            }
        }
        assert!(
            self.at_home.is_empty(),
            "right answer, wrong way: job {} of {jobs} had no thread of its \
             own: it ran on the thread that called `join_all`",
            self.at_home[0]
        );
        if let Some((job, other)) = self.after_another {
            panic!(
                "right answer, wrong way: job {job} of {jobs} had no thread of \
                 its own: it ran on that of job {other}"
            );
        }
        assert!(
            self.slept,
            "right answer, wrong way: while all {jobs} jobs waited, a thread \
             looked again and again whether they had ended"
        );
    }
}

fn on_purpose(n: usize) -> String {
    format!("job {n}, on purpose")
}

/// Where the jobs wait until they are let go.
#[derive(Default)]
struct Stage {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Which jobs have begun, and where.
    begun: Vec<(usize, ThreadId)>,
    /// Which may end, and whether all may.
    may_end: Vec<usize>,
    all_may_end: bool,
    ended: usize,
}

impl Stage {
    /// Job `n` begins, and waits until it may end.
    fn begin(&self, n: usize) {
        let _waiting = waiting("the end");
        let mut state = self.state.lock().unwrap();
        state.begun.push((n, thread::current().id()));
        while !state.all_may_end && !state.may_end.contains(&n) {
            state = self.changed.wait(state).unwrap();
        }
        state.ended += 1;
    }

    fn begun(&self) -> usize {
        self.state.lock().unwrap().begun.len()
    }

    /// A job that ran on the thread of another, and that other.
    fn after_another(&self) -> Option<(usize, usize)> {
        let mut seen = HashMap::new();
        let state = self.state.lock().unwrap();
        state.begun.iter().find_map(|&(job, thread)| {
            let other = seen.insert(thread, job)?;
            Some((job, other))
        })
    }

    /// Lets jobs end: the first few in this order, one after the other, and
    /// then all others at once.
    fn let_go(&self, order: &[usize]) {
        let one_by_one = if order.len() > 10 { 3 } else { 8 };
        for (n, job) in order.iter().take(one_by_one).enumerate() {
            self.state.lock().unwrap().may_end.push(*job);
            self.changed.notify_all();
            wait_until(|| self.state.lock().unwrap().ended > n);
        }
        self.state.lock().unwrap().all_may_end = true;
        self.changed.notify_all();
    }

    /// The jobs that have run on this thread.
    fn at(&self, thread: ThreadId) -> Vec<usize> {
        let state = self.state.lock().unwrap();
        let there = state.begun.iter().filter(|(_, at)| *at == thread);
        there.map(|(n, _)| *n).collect()
    }
}

/// The numbers below `n`, in any order.
fn shuffled(n: usize, dice: &mut Dice) -> Vec<usize> {
    let mut order: Vec<_> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, dice.below(last + 1));
    }
    order
}
