//! What each step of rung 6 claims, on its recording.

mod same_futures;
mod set_of_tasks;
mod one_request;
mod blocking;
mod lost_lines;
mod streams;
mod shutdown;
mod handshake;
mod busy;
mod slow_readers;

use std::process::Command;
use std::time::Duration;
use timeline::{Recording, Replay, Track};
use trials::watchdog;

fn run(step: &str) -> (Recording, String) {
    let ran = watchdog::run(&mut Command::new(step), Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    let contradictions = Replay::contradictions(&ran.events);
    assert!(contradictions.is_empty(), "{contradictions:#?}");
    (ran.recording, ran.stdout)
}

/// The lanes of this name, in the order of their beginnings.
fn lanes<'a>(recording: &'a Recording, name: &str) -> Vec<&'a Track> {
    recording.tracks.iter().filter(|it| it.name == name).collect()
}
