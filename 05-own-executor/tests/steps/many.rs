//! Many tasks in one thread: the queue, the joiners, the timers, the sockets.

use super::{number_after, run, runs};
use std::time::Duration;
use timeline::{Link, Recording};
use trials::watchdog::parse_time;

/// Of the lanes that share the thread at most one runs at any time.
fn assert_one_runs_at_a_time(recording: &Recording) {
    let mut spans: Vec<_> = recording.of_kind("task").flat_map(runs).collect();
    spans.sort_by_key(|span| (span.from, span.to));
    for two in spans.windows(2) {
        assert!(two[0].to <= two[1].from, "{two:?} overlap");
    }
}

/// How often each task ran.
fn polls(recording: &Recording) -> Vec<usize> {
    recording.of_kind("task").map(|task| runs(task).len()).collect()
}

#[test]
fn each_waker_queues_its_own_task() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_5-6-a-ready-queue"));
    assert_eq!(stdout.matches(" bytes in ").count(), 8, "{stdout}");
    assert_eq!(recording.peak_in_flight(), 8, "{stdout}");
    // Once to begin, and once when its page has come.
    assert_eq!(number_after(&stdout, "polls: "), 16, "{stdout}");
    assert_eq!(polls(&recording), [2; 8], "{stdout}");
    assert_one_runs_at_a_time(&recording);
    // The threads have woken the tasks, each another one.
    let wakes = recording.flows.iter().filter(|it| it.link == Link::Wake);
    let from_threads = wakes.filter(|wake| {
        recording.tracks[wake.from.0].kind == "thread"
            && recording.tracks[wake.from.0].name != "main"
    });
    assert_eq!(from_threads.count(), 8, "{stdout}");
}

#[test]
fn a_panic_reaches_the_joiner_and_no_other_task() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_5-7-a-panic-goes-to-the-joiner"));
    let lines: Vec<_> = stdout.lines().take(8).collect();
    let outputs = lines.iter().filter(|line| line.ends_with(" bytes"));
    assert_eq!(outputs.count(), 7, "{stdout}");
    // In the order of the tasks, whenever each of them ended.
    assert_eq!(lines[3], "a panic, and no number", "{stdout}");
    for task in recording.of_kind("task") {
        assert!(task.ended, "{}", task.name);
        assert_eq!(task.panicked.is_some(), task.name == "task 4");
    }
    assert_one_runs_at_a_time(&recording);
}

#[test]
fn a_task_that_sleeps_is_polled_when_it_is_due_and_not_before() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_5-8-sleep-until-the-first-is-due"));
    let late = stdout.lines().filter_map(|line| {
        let (_, late) = line.strip_suffix(" late")?.split_once(" begun ")?;
        Some(parse_time(late))
    });
    assert_eq!(late.clone().count(), 8, "{stdout}");
    // None is early, and late by more only if the machine has no time for us.
    assert!(late.clone().all(|late| late > Duration::ZERO), "{stdout}");
    assert!(late.min() < Some(Duration::from_millis(5)), "{stdout}");

    for (n, task) in (1..).zip(recording.of_kind("task")) {
        // The clock by which it is due began after the recording did.
        let due = Duration::from_millis(10 * n);
        let runs = runs(task);
        match runs.len() {
            3 => assert!(runs[1].from >= due, "{}: {stdout}", task.name),
            // It was due before its first poll.
            2 => assert!(runs[0].from >= due, "{}: {stdout}", task.name),
            _ => panic!("{}: {runs:?}", task.name),
        }
    }
    let all: usize = polls(&recording).iter().sum();
    assert_eq!(number_after(&stdout, "polls: "), all, "{stdout}");
    assert_one_runs_at_a_time(&recording);
}

#[test]
fn the_thread_that_polls_waits_for_the_sockets_too() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_5-9-a-reactor"));
    assert_eq!(recording.of_kind("thread").count(), 1, "{stdout}");
    assert!(stdout.contains("saw 8 requests for 8 pages, 8 at once"));
    // Whatever is polled again was waited for; one wait may be for two pages.
    let waits = number_after(&stdout, "waits: ");
    let polls: usize = polls(&recording).iter().sum();
    assert_eq!(number_after(&stdout, "polls: "), polls, "{stdout}");
    assert!((1..=polls - 8).contains(&waits), "{stdout}");
    assert_one_runs_at_a_time(&recording);
}
