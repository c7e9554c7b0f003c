//! What each step of rung 0 claims, on its recording.

use std::process::Command;
use std::time::Duration;
use timeline::State;
use trials::watchdog::{self, Ran};

fn run(step: &str) -> Ran {
    let ran = watchdog::run(&mut Command::new(step), Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    ran
}

#[test]
fn one_page_at_a_time_takes_the_sum_of_the_waits() {
    let recording = run(env!("CARGO_BIN_EXE_0-2-one-page-at-a-time")).recording;

    assert_eq!(recording.of_kind("thread").count(), 1);
    assert_eq!(recording.peak_in_flight(), 1);
    let waited = recording.time_in(State::waits);
    assert!(waited > recording.length.mul_f64(0.8), "{waited:?} waited");
    let waits = recording.tracks[0].spans.iter();
    assert_eq!(waits.filter(|span| span.state.waits()).count(), 8);
}

#[test]
fn fetching_waits_and_computing_has_the_cpu() {
    let ran = run(env!("CARGO_BIN_EXE_0-3-waiting-or-computing"));

    let busy = |what: &str| -> f64 {
        let line = ran.stdout.lines().find(|line| line.starts_with(what));
        let line = line.unwrap_or_else(|| panic!("no {what}: {}", ran.stdout));
        let percent = line.split("busy ").nth(1).unwrap();
        percent.trim_end_matches(" %").parse().unwrap()
    };
    // On a busy machine we have less of the CPU, never more.
    assert!(busy("fetching") < 30.0, "{}", ran.stdout);
    assert!(busy("computing") > 3.0 * busy("fetching"), "{}", ran.stdout);
    assert!(ran.recording.time_in(State::runs) > Duration::from_millis(20));
}

#[test]
fn a_timeline_shows_waiting_computing_and_neither() {
    let recording = run(env!("CARGO_BIN_EXE_0-4-read-a-timeline")).recording;

    let waits: Vec<_> = recording.tracks[0]
        .spans
        .iter()
        .filter_map(|span| match &span.state {
            State::Wait(what) => Some(what.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(waits, ["/", "/1", "/2"]);
    assert!(recording.time_in(State::runs) > Duration::from_millis(20));
    let off = recording.time_in(State::is_off_the_cpu);
    assert!(off >= Duration::from_millis(100), "{off:?} off the CPU");
}

#[test]
fn a_fetch_that_fails_ends_a_step_with_a_sentence() {
    let mut step = Command::new(env!("CARGO_BIN_EXE_0-3-waiting-or-computing"));
    // Each fetch gives up before its page is here.
    step.args(["--latency", "60000"]);
    let ran = watchdog::run(&mut step, Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(ran.status.code(), Some(1), "{}", ran.stdout);
    assert_eq!(ran.stderr, "Error: timed out\n");
}
