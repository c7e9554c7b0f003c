//! What each step of rung 5 claims, on its recording.

mod one_future;
mod many;
mod pauses;
mod cancelling;
mod together;

use std::process::Command;
use std::time::Duration;
use timeline::{Recording, Replay, Span, State, Track};
use trials::watchdog::{self, parse_time};

fn run(step: &str) -> (Recording, String) {
    run_with(step, &[])
}

fn run_with(step: &str, flags: &[&str]) -> (Recording, String) {
    let mut command = Command::new(step);
    command.args(flags);
    let ran = watchdog::run(&mut command, Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    // What is recorded of the scheduler is one story.
    let contradictions = Replay::contradictions(&ran.events);
    assert!(contradictions.is_empty(), "{contradictions:#?}");
    (ran.recording, ran.stdout)
}

/// The lane of this name.
fn lane<'a>(recording: &'a Recording, name: &str) -> &'a Track {
    let mut tracks = recording.tracks.iter();
    tracks.find(|it| it.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// When a lane ran. Parts without a break are one here.
fn runs(track: &Track) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    for span in &track.spans {
        match runs.last_mut() {
            _ if !matches!(span.state, State::Run { .. }) => {}
            Some(last) if last.to == span.from => last.to = span.to,
            _ => runs.push(span.clone()),
        }
    }
    runs
}

/// The number that follows these words.
fn number_after(stdout: &str, words: &str) -> usize {
    let (_, rest) = stdout.split_once(words).expect(stdout);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().expect(stdout)
}

/// The time that follows these words.
fn time_after(stdout: &str, words: &str) -> Duration {
    let (_, rest) = stdout.split_once(words).expect(stdout);
    parse_time(rest.split([' ', ',', '\n']).next().expect(stdout))
}

/// The numbers in the line that begins with these words.
fn numbers_after(stdout: &str, words: &str) -> Vec<u64> {
    let mut lines = stdout.lines();
    let line = lines.find(|line| line.starts_with(words)).expect(stdout);
    let words = line[words.len()..].split(|it: char| !it.is_ascii_digit());
    words.filter_map(|word| word.parse().ok()).collect()
}

/// What a lane has waited for, one thing after another.
fn waits(track: &Track) -> Vec<&str> {
    let waits = track.spans.iter().filter_map(|span| match &span.state {
        State::Wait(what) => Some(what.as_str()),
        _ => None,
    });
    waits.collect()
}

/// There is one thread, and of the lanes that share it at most one runs at any
/// time.
fn assert_one_runs_at_a_time(recording: &Recording, kind: &str) {
    assert_eq!(recording.of_kind("thread").count(), 1);
    let mut spans: Vec<_> = recording.of_kind(kind).flat_map(runs).collect();
    spans.sort_by_key(|span| (span.from, span.to));
    for two in spans.windows(2) {
        assert!(two[0].to <= two[1].from, "{two:?} overlap");
    }
}
