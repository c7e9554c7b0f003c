//! What each step of rung 1 claims, on its recording.

use lab::record::{Recording, State};
use lab::watchdog;
use std::process::Command;
use std::time::Duration;

fn run(step: &str) -> (Recording, String) {
    let ran = watchdog::run(&mut Command::new(step), Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    (ran.recording, ran.stdout)
}

/// The two numbers of `40 pages, 52 requests`.
fn pages_and_requests(stdout: &str) -> (u32, u32) {
    let line = stdout.lines().last().unwrap();
    let mut numbers = line.split(' ').filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn two_threads_wait_at_the_same_time() {
    let (recording, _) = run(env!("CARGO_BIN_EXE_1-1-spawn-and-join"));

    assert_eq!(recording.of_kind("thread").count(), 2);
    assert_eq!(recording.most_at_once(State::waits), 2);
    assert!(recording.time_in(State::waits) > recording.length);
}

#[test]
fn eight_threads_wait_at_the_same_time() {
    let (recording, _) = run(env!("CARGO_BIN_EXE_1-2-thread-per-page"));

    // And `main`, which waits for them and for no page.
    assert_eq!(recording.of_kind("thread").count(), 9);
    assert_eq!(recording.peak_in_flight(), 8);
    assert!(recording.time_in(State::waits) > 3 * recording.length);
}

#[test]
fn the_race_is_lost_in_every_run() {
    for _ in 0..5 {
        let (_, stdout) = run(env!("CARGO_BIN_EXE_1-3-lost-race"));
        let (pages, requests) = pages_and_requests(&stdout);
        assert!(requests > pages, "{stdout}");
    }
}

#[test]
fn one_lock_for_both_fetches_each_page_once() {
    for _ in 0..5 {
        let (recording, stdout) =
            run(env!("CARGO_BIN_EXE_1-4-one-lock-for-both"));
        let (pages, requests) = pages_and_requests(&stdout);
        assert_eq!(requests, pages, "{stdout}");
        assert!(recording.peak_in_flight() > 1, "the fetches overlap");
    }
}
