//! What each step of rung 3 claims, on its recording.

mod a;
mod b;
mod deferred;

use std::process::Command;
use std::time::Duration;
use timeline::{Recording, Replay, Track};
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

/// The numbers in a text, without their units; of `9.7`, the 9.
fn numbers(text: &str) -> Vec<u64> {
    let words = text.split_whitespace().filter_map(|word| {
        let end = word.find(|c: char| !c.is_ascii_digit());
        word[..end.unwrap_or(word.len())].parse().ok()
    });
    words.collect()
}

/// The lane of the only thread.
fn main_lane(recording: &Recording) -> &Track {
    let mut threads = recording.of_kind("thread");
    let main = threads.next().expect("there is a thread");
    assert_eq!((main.name.as_str(), threads.count()), ("main", 0));
    main
}
