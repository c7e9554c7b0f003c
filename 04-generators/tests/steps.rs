//! What each step of rung 4 claims, on its recording.

mod turns;
mod stacks;
mod serve;
mod pauses;

use std::process::Command;
use std::time::Duration;
use timeline::{Recording, Replay, Span, State, Track};
use trials::watchdog;

fn run(step: &str) -> (Recording, String) {
    let ran = watchdog::run(&mut Command::new(step), Duration::from_secs(30));
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
