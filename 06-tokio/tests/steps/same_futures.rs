//! Rung 5's futures run on tokio as on their own executor.

use super::run;
use std::collections::BTreeSet;
use timeline::{State, Track};

/// The threads that have polled a task.
fn threads(task: &Track) -> BTreeSet<u32> {
    let runs = |state: &State| matches!(state, State::Run { .. });
    let spans = task.spans.iter().filter(|span| runs(&span.state));
    spans.map(|span| span.thread).collect()
}

#[test]
fn what_polls_them_has_changed_and_nothing_else() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_6-1-the-same-futures"));
    assert!(stdout.contains("ours  8 pages, polled by {\"main\"}\n"));
    let polled = "tokio 8 pages, polled by {\"tokio-rt-worker\"}\n";
    assert!(stdout.contains(polled), "{stdout}");
    // The permits are ours in both.
    let seen = "saw 16 requests for 8 pages, 4 at once\n";
    assert!(stdout.contains(seen), "{stdout}");

    let mut tracks = recording.tracks.iter();
    let main = tracks.find(|it| it.name == "main").expect("main").lane;
    let tasks: Vec<_> = recording.of_kind("task").map(threads).collect();
    let [ours, tokios] = [&tasks[..8], &tasks[8..]];
    assert!(ours.iter().all(|it| it.iter().eq([&main])), "{ours:?}");
    assert_eq!(tokios.len(), 8, "{stdout}");
    assert!(!tokios.iter().any(|it| it.contains(&main)), "{tokios:?}");
}
