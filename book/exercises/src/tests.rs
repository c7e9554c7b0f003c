//! The exercises that we ship: each fails as it is, for the reason stated;
//! each wrong answer meets its sentence; each solution passes, and passes
//! again, and so does each right answer that is unlike it.

mod answers;

use self::answers::{compiled, compiled_as_shipped, module};
use super::judge::judge_compiled;
use super::rounds::at_once;
use super::target::Target;
use super::verdict::{Kind, Verdict};
use super::{Exercise, Page, all_exercises};
use crate::tree::Tree;
use std::env;
use std::fs;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

/// The names that readers' progress, links and scripts know.
const NAMES: [&str; 36] = [
    "predict-the-time",
    "ideal-time",
    "frontier",
    "join-all",
    "predict-interleavings",
    "check-then-insert",
    "philosophers",
    "bounded-queue",
    "first-error",
    "split-frames",
    "talk-to-a-child",
    "restart-budget",
    "no-zombies",
    "timers-in-order",
    "partial-write",
    "exactly-once",
    "deferred-then-catch",
    "wake-the-loop",
    "tree-walk",
    "fair-round-robin",
    "yield-from",
    "missing-register",
    "greenlet-channel",
    "lost-wake-up",
    "await-all",
    "time-limit",
    "cancel-safe-line",
    "abort-a-task",
    "oneshot-new-waker",
    "fair-semaphore",
    "bound-the-concurrency",
    "find-the-blocking-call",
    "lossy-select",
    "graceful-shutdown",
    "retry-with-jitter",
    "port-a-thread-solution",
];

#[test]
fn names_once_given_stay() {
    let all = all_exercises(&Tree::here());
    let names: Vec<_> = all.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, NAMES);
}

/// All exercises, or the one that `ANSWERS_OF` names.
fn exercises_to_judge() -> Vec<Exercise> {
    let mut all = all_exercises(&Tree::here());
    if let Ok(name) = env::var("ANSWERS_OF") {
        all.retain(|exercise| exercise.name == name);
        assert!(!all.is_empty(), "ANSWERS_OF={name}: there is none");
    }
    all
}

/// Where the reader has begun one, that one is left out.
#[test]
fn every_starter_compiles_without_a_warning_and_fails_as_stated() {
    for exercise in exercises_to_judge() {
        let name = &exercise.name;
        if exercise.is_started().unwrap() {
            assert!(env::var_os("CI").is_none(), "{name} is not as shipped");
            println!("{name}: left out, since it is not as shipped");
            continue;
        }
        let target = compiled_as_shipped(&exercise);
        let verdict = judge_compiled(&exercise, target, &|_| {}).unwrap();
        assert_eq!(verdict.warnings, "", "{name}");
        let sentence = exercise.as_shipped().expect("the strict check");
        meets(&exercise, name, &verdict, &sentence);
        // A timeline on its page is one of such a run.
        if let Ok(shown) =
            fs::read_to_string(exercise.in_folder("timeline.txt"))
        {
            let recorded = verdict.recording.as_ref().map(|it| it.lanes(80));
            let lanes = recorded.unwrap_or_default() + "\n";
            let printed = verdict.printed.contains(&shown);
            assert!(printed || lanes == shown, "{}{lanes}", verdict.printed);
        }
    }
}

/// Several at a time: many of them hang, and wait until that is noticed.
#[test]
fn every_wrong_answer_meets_its_sentence() {
    for exercise in exercises_to_judge() {
        let target = compiled(&exercise);
        let wrong = exercise.wrong();
        at_once(4, wrong.len(), |n| {
            let answer = &wrong[n];
            let text = fs::read_to_string(answer).unwrap();
            let line = text.lines().next().unwrap_or_default();
            let sentence = line.trim_start_matches("//! ");
            let sentence = sentence.strip_prefix("Met with: ");
            let sentence = sentence.expect("the first line is the sentence");
            let tests = tests_of(target, &module(&exercise, answer));
            // Schedules and inputs are drawn: one run in some hundred finds
            // nothing, or another of its faults first. Two of three meet it.
            let seen = exercise.seen(answer);
            let mut verdicts = vec![target.run(&tests)];
            if !verdicts[0].why.contains(sentence) {
                if verdicts[0].kind != Kind::Solved {
                    is_explained(&exercise, &seen, &verdicts[0]);
                }
                verdicts = vec![target.run(&tests), target.run(&tests)];
            }
            for verdict in &verdicts {
                meets(&exercise, &seen, verdict, sentence);
            }
        });
    }
}

/// Four runs of each: the solutions alone have as many as a reader's answer.
#[test]
fn every_right_answer_passes_though_it_is_unlike_the_solution() {
    const RUNS: usize = 4;
    for exercise in exercises_to_judge() {
        let target = compiled(&exercise);
        let right = exercise.right();
        at_once(4, right.len() * RUNS, |n| {
            let answer = &right[n / RUNS];
            let tests = tests_of(target, &module(&exercise, answer));
            is_solved(&exercise.seen(answer), &target.run(&tests));
        });
    }
}

#[test]
fn every_solution_passes_again_and_again() {
    every_solution_is_solved();
}

#[test]
fn every_solution_passes_beside_others_that_want_the_cores() {
    // First: the compiler wants the cores, too.
    compiled(&exercises_to_judge()[0]);
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().unwrap().get() {
            scope.spawn(|| {
                while !enough.load(Relaxed) {
                    spin_loop();
                }
            });
        }
        let judged = scope.spawn(every_solution_is_solved).join();
        enough.store(true, Relaxed);
        judged.unwrap();
    });
}

fn every_solution_is_solved() {
    for exercise in exercises_to_judge() {
        let target = compiled(&exercise);
        let tests = tests_of(target, &module(&exercise, &exercise.solution()));
        let verdict = target.run_all(&tests, &|_| {});
        is_solved(&exercise.name, &verdict);
    }
}

#[track_caller]
fn is_solved(answer: &str, verdict: &Verdict) {
    let Verdict { kind, why, .. } = verdict;
    assert_eq!(*kind, Kind::Solved, "{answer}: {why}");
}

/// The verdict has the sentence in it, and the page says where it comes from.
#[track_caller]
fn meets(exercise: &Exercise, answer: &str, verdict: &Verdict, sentence: &str) {
    let Verdict { kind, why, .. } = verdict;
    assert_ne!(*kind, Kind::Solved, "{answer} passes");
    assert!(why.contains(sentence), "{answer}, {kind}, not {sentence}:\n{why}");
    is_explained(exercise, answer, verdict);
}

/// The page says where the verdict comes from.
#[track_caller]
fn is_explained(exercise: &Exercise, answer: &str, verdict: &Verdict) {
    let page = Page::of(exercise).unwrap();
    let Verdict { kind, why, .. } = verdict;
    assert!(
        page.cause(verdict).is_some(),
        "{answer}, {kind}, no cause:\n{why}"
    );
    // A lane panics if the answer does, and not because the check says no.
    let lanes = verdict.recording.iter().flat_map(|it| &it.tracks);
    let mut panics = lanes.filter_map(|track| track.panicked.as_ref());
    assert!(!panics.any(|(_, why)| why.starts_with("right answer")));
}

fn tests_of<'a>(target: &'a Target, module: &str) -> Vec<&'a str> {
    let start = format!("{module}::check::");
    let tests = target.tests.iter().map(String::as_str);
    let tests: Vec<_> = tests.filter(|it| it.starts_with(&start)).collect();
    assert!(!tests.is_empty(), "{module} is not declared");
    tests
}
