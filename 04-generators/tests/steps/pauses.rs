//! What the recordings of the steps say of each pause: where the state is kept,
//! and the line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use timeline::{Event, What};
use trials::alone;

/// The events of a step, one a line.
fn events_of(step: &str) -> String {
    timeline::start().unwrap();
    let ran = Command::new(step).envs(timeline::env()).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    fs::read_to_string(timeline::path().unwrap()).unwrap()
}

/// Each time that a lane of this kind begins to wait, other than for its first
/// turn, it has said that something is kept in a `place` of more than
/// `at_least` bytes. Gives back the lines of code on which it has paused.
fn lines_of_pauses(
    step: &str,
    kind: &str,
    place: &str,
    at_least: usize,
) -> BTreeSet<String> {
    let events = events_of(step);
    // The lanes, and whether each is new or has said where it is kept.
    let mut lanes = BTreeMap::new();
    let mut lines = BTreeSet::new();
    for event in events.lines().filter_map(Event::parse) {
        let lane = (event.pid, event.lane);
        if matches!(event.what, What::Spawn { kind: it, .. } if it == kind) {
            lanes.insert(lane, true);
        }
        let Some(may_wait) = lanes.get_mut(&lane) else { continue };
        match event.what {
            What::Run | What::Idle => *may_wait = false,
            What::Wait(what) if what.starts_with('/') => {}
            What::Wait(_) | What::Until(_) => {
                assert!(*may_wait, "{event}\n{events}");
            }
            What::Kept(kept) => {
                *may_wait = true;
                let bytes = kept
                    .strip_prefix(&format!("{place}, "))
                    .and_then(|it| it.strip_suffix(" bytes"));
                let bytes: usize = bytes.expect(kept).parse().expect(kept);
                assert!(bytes >= at_least && bytes < 16 * 1024, "{kept}");
                let (file, line) = event.source.expect(kept);
                lines.insert(source_line(file, line));
            }
            _ => {}
        }
    }
    assert!(!lanes.is_empty(), "{events}");
    lines
}

/// A line of code, without what is in front of it.
fn source_line(file: &str, line: u32) -> String {
    // The compiler gives it from the workspace's folder on.
    let file = format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"));
    let code = fs::read_to_string(&file).expect(&file);
    let line = code.lines().nth(line as usize - 1).expect(&file);
    line.trim_start().to_owned()
}

fn assert_lines(lines: &BTreeSet<String>, expected: &[&str]) {
    assert!(lines.iter().eq(expected), "{lines:?}");
}

#[test]
fn a_generator_that_is_sent_values_is_a_future() {
    alone(|| {
        let step = env!("CARGO_BIN_EXE_4-3-send-values-in");
        let lines = lines_of_pauses(step, "generator", "future", 100);
        assert_lines(&lines, &["pause().await;"]);
    });
}

#[test]
fn tasks_that_take_turns_are_futures() {
    alone(|| {
        let step = env!("CARGO_BIN_EXE_4-4-round-robin");
        let lines = lines_of_pauses(step, "task", "future", 100);
        assert_lines(&lines, &["pause().await;"]);
    });
}

#[test]
fn tasks_that_sleep_are_futures_with_their_buffers() {
    alone(|| {
        let step = env!("CARGO_BIN_EXE_4-5-with-sleep");
        let lines = lines_of_pauses(step, "task", "future", 4096);
        assert_lines(&lines, &["pause().await;"]);
    });
}

#[test]
fn a_sleep_has_paused_where_it_is_awaited() {
    alone(|| {
        let step = env!("CARGO_BIN_EXE_4-6-one-does-not-cooperate");
        let lines = lines_of_pauses(step, "task", "future", 40);
        let expected = ["sleep(Duration::ZERO).await;", "sleep(TICK).await;"];
        assert_lines(&lines, &expected);
    });
}

#[test]
fn what_the_loop_calls_for_a_socket_is_a_future() {
    alone(|| {
        let step = env!("CARGO_BIN_EXE_4-7-trampoline");
        let lines = lines_of_pauses(step, "socket", "future", 4096);
        let reads = "y.suspend(Request::Readable(socket.clone())).await;";
        assert!(lines.contains(reads), "{lines:?}");
    });
}

#[test]
fn two_calls_deep_it_is_the_innermost_line() {
    alone(|| {
        let step = env!("CARGO_BIN_EXE_4-8-yield-from");
        let lines = lines_of_pauses(step, "socket", "future", 4096);
        let reads = "y.suspend(Request::Readable(self.socket.clone())).await;";
        assert!(lines.contains(reads), "{lines:?}");
    });
}

#[test]
fn a_walk_is_on_a_stack() {
    alone(|| {
        let step = env!("CARGO_BIN_EXE_4-9-a-stack-of-its-own");
        let lines = lines_of_pauses(step, "greenlet", "stack", 200);
        assert_eq!(lines.len(), 1, "{lines:?}");
    });
}

#[test]
fn what_the_loop_calls_for_a_socket_is_on_a_stack() {
    alone(|| {
        let step = env!("CARGO_BIN_EXE_4-11-nobody-knows");
        let lines = lines_of_pauses(step, "socket", "stack", 200);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines.iter().all(|it| it.contains("suspend")), "{lines:?}");
    });
}

#[test]
fn clients_and_their_server_are_on_stacks() {
    alone(|| {
        let step = env!("CARGO_BIN_EXE_4-13-serve");
        let lines = lines_of_pauses(step, "task", "stack", 200);
        let waits = "pause(Request::readable(&listener))?;";
        assert!(lines.contains(waits), "{lines:?}");
    });
}
