//! Judges `fetch_unknown`: every page that is not known, each once, and by all
//! threads at the same time.
//!
//! The site holds all requests until no more come. So nothing here depends on
//! how long anything takes.
//!
//! As shipped: was fetched more than once

use super::fetch_unknown;
use lab::sync::Mutex;
use lab::{Dice, Failure, Url};
use std::collections::HashSet;
use std::panic::resume_unwind;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;
use trials::judge::{Gate, Judge, Judged, others_sleep, wait_until};
use trials::{Adversary, waits_under_locks};

trials::answer!("exercises/check-then-insert.rs");

/// A thread that looks again and again does so at least once in that time.
const LOOKS: Duration = Duration::from_millis(15);

#[test]
fn each_page_is_fetched_once_and_the_fetches_overlap() {
    let mut dice = Dice::random();
    let threads = 3 + dice.below(3);
    // Enough for each thread to take a few at a time.
    let new = threads * 3 + dice.below(threads);
    let known = 1 + dice.below(4);
    let run = Stage { threads, new, known, ..STAGE }.run(&mut dice);
    run.judge_answer();
    run.judge_way();
}

#[test]
fn what_is_known_is_left_alone_and_what_cannot_be_had_is_reported() {
    let mut dice = Dice::random();
    let threads = 2 + dice.below(3);
    let new = threads + dice.below(4);
    for stage in [
        Stage { threads, known: 3, ..STAGE },
        Stage { threads, ..STAGE },
        Stage { threads, new, known: 1, status: 404, ..STAGE },
    ] {
        stage.run(&mut dice).judge_answer();
    }
}

#[test]
fn a_thread_that_finds_nothing_left_does_not_look_again_and_again() {
    let mut dice = Dice::random();
    let threads = 2 + dice.below(3);
    let run =
        Stage { threads, new: threads - 1, known: 1, ..STAGE }.run(&mut dice);
    run.judge_answer();
    run.judge_sleep();
}

#[test]
fn a_lock_that_another_holds_is_waited_for() {
    let mut dice = Dice::random();
    let threads = 2 + dice.below(3);
    let run = Stage { threads, new: 5, known: 1, locked: true, ..STAGE }
        .run(&mut dice);
    run.judge_answer();
    assert!(
        run.slept,
        "right answer, wrong way: while another thread had the lock, a thread \
         tried for it again and again"
    );
}

/// What threads that all call `fetch_unknown` are faced with.
struct Stage {
    /// How many there are.
    threads: usize,
    /// How many of the links are not known, and how many are.
    new: usize,
    known: usize,
    /// The status of the first answer; of all others it is 200.
    status: u16,
    /// Set if `known` is locked when they come.
    locked: bool,
}

const STAGE: Stage =
    Stage { threads: 2, new: 0, known: 0, status: 200, locked: false };

/// How several threads did that all called `fetch_unknown`.
struct Run {
    /// What each of them was given back.
    results: Vec<Result<usize, Failure>>,
    /// The pages that were not known.
    new: Vec<Url>,
    /// Those that were.
    known_before: HashSet<Url>,
    known_after: HashSet<Url>,
    /// All that was asked for.
    asked: Vec<String>,
    /// The status of the first answer.
    status: u16,
    /// The page that had that answer, if it was a failure and one thread waited
    /// for it.
    failed: Option<String>,
    /// How many were under way when no more came.
    at_once: usize,
    /// Set if nothing ran while these waited.
    slept: bool,
    judged: Judged,
}

impl Stage {
    fn run(self, dice: &mut Dice) -> Run {
        let Stage { threads, new, known, status, locked } = self;
        let judge = Judge::of(ANSWER);
        let gate = Gate::new();
        let new: Vec<_> = (0..new).map(|n| gate.page(n)).collect();
        let known: Vec<_> = (100..100 + known).map(|n| gate.page(n)).collect();
        let mut links = [new.clone(), known.clone()].concat();
        if status == 200 {
            for _ in 0..links.len() / 2 {
                links.insert(dice.below(links.len()), dice.one_of(&links));
            }
        }
        // One that no link leads to is known as well.
        let known_before: HashSet<_> =
            known.into_iter().chain([gate.page(200)]).collect();
        let known = Mutex::new(known_before.clone());
        let lock = locked.then(|| known.lock().expect("no thread has had it"));

        // A thread that releases a lock lets another have it first: so what can
        // go wrong between two locks does.
        let adversary = (!locked).then(|| Adversary::among(threads));
        let (results, failed, at_once, slept) = thread::scope(|scope| {
            let call = |_| scope.spawn(|| fetch_unknown(&links, &known));
            let callers: Vec<_> = (0..threads).map(call).collect();
            let most = if locked { 0 } else { threads.min(new.len()) };
            let all = wait_until(|| gate.held().len() >= most);
            // A thread that finds nothing left is held up by the adversary for
            // 20 ms at a time, which looks like sleep, before it can look
            // again.
            let held_up = most < threads && !locked;
            let looks = if held_up { 2 * LOOKS } else { LOOKS };
            let slept = !all || new.is_empty() || others_sleep(looks);
            drop(lock);
            let held = gate.held();
            // The first link of all: every other thread is past it.
            let first =
                new.iter().find(|it| held.iter().any(|h| h == it.path()));
            if let Some(first) = first {
                gate.answer(first.path(), status);
            }
            gate.open();
            let joined = callers.into_iter().map(|caller| caller.join());
            let failed = first.map(|it| it.path().to_owned()).filter(|it| {
                status >= 400 && held.iter().filter(|h| *h == it).count() == 1
            });
            (joined.collect::<Vec<_>>(), failed, held.len(), slept)
        });
        drop(adversary);

        let asked = gate.end();
        let judged = judge.end();
        let results = results
            .into_iter()
            .map(|result| result.unwrap_or_else(|own| resume_unwind(own)));
        let known = known.into_inner();
        Run {
            results: results.collect(),
            new,
            known_before,
            known_after: known.unwrap_or_else(PoisonError::into_inner),
            asked,
            status,
            failed,
            at_once,
            slept,
            judged,
        }
    }
}

impl Run {
    fn judge_answer(&self) {
        let Run { new, known_before, known_after, asked, .. } = self;
        let Run { status, failed, .. } = self;
        for page in asked {
            assert!(
                known_before.iter().all(|it| it.path() != page),
                "wrong answer: {page} was fetched, and it had been known from \
                 the start"
            );
        }
        for page in asked {
            let hits = asked.iter().filter(|it| *it == page).count();
            assert!(
                hits == 1 || failed.as_ref() != Some(page),
                "wrong answer: {page} could not be had, and was tried again \
                 ({hits} times in all)"
            );
            assert!(
                hits == 1,
                "wrong answer: {page} was fetched more than once ({hits} times)"
            );
        }
        let failures: Vec<_> =
            self.results.iter().filter_map(|it| it.as_ref().err()).collect();
        match failures[..] {
            [] => assert!(
                *status < 400 || asked.is_empty(),
                "wrong answer: a page could not be had, and all threads say \
                 that all is well"
            ),
            [why, ..] => assert!(
                *why == Failure::Status(*status),
                "wrong answer: {why}, and that page was there"
            ),
        }
        // A thread that fails may leave what it had taken to be fetched.
        assert!(
            asked.len() == new.len() || !failures.is_empty(),
            "wrong answer: of {} new pages, only these were fetched: {asked:?}",
            new.len()
        );
        for page in known_before.iter().chain(new) {
            assert!(
                known_after.contains(page),
                "wrong answer: when all threads are done, {} is not known",
                page.path()
            );
        }
        let fetched: usize = self.results.iter().flatten().sum();
        // A thread that gives back a failure does not say how many it fetched.
        assert!(
            fetched == asked.len() || !failures.is_empty(),
            "wrong answer: the threads say they fetched {fetched} pages in \
             all, and it was {}",
            asked.len()
        );
        let left = &self.judged.threads_left;
        assert!(
            left.is_empty(),
            "wrong answer: all threads are back, and these have not ended: {}",
            left.join(", ")
        );
    }

    fn judge_way(&self) {
        let Run { new, results, at_once, .. } = self;
        let (new, threads) = (new.len(), results.len());
        let under_locks = waits_under_locks(&self.judged.recording);
        assert!(
            under_locks.is_empty(),
            "right answer, wrong way: {}: all that want the lock wait as well",
            under_locks[0]
        );
        let busy = results.iter().flatten().filter(|n| **n > 0).count();
        match at_once {
            1 if busy == 1 => panic!(
                "right answer, wrong way: the fetches never overlapped: one \
                 thread fetched all {new} pages, and the others none"
            ),
            1 => {
                panic!("right answer, wrong way: the fetches never overlapped")
            }
            few => assert!(
                *few >= threads,
                "right answer, wrong way: only {few} of {threads} threads \
                 fetched at the same time, though there were {new} pages"
            ),
        }
        self.judge_sleep();
    }

    fn judge_sleep(&self) {
        assert!(
            self.slept,
            "right answer, wrong way: while fetches were under way ({} of \
             them), a thread looked again and again whether they had ended",
            self.at_once
        );
    }
}
