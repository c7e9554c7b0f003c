//! A stream begins no more than it has places for, and stands still while
//! nobody polls it.

use super::{lanes, run};
use std::process::Command;
use std::time::Duration;
use timeline::State;
use trials::watchdog;

#[test]
fn a_stream_is_never_further_ahead_than_it_has_places() {
    let (_, stdout) = run(env!("CARGO_BIN_EXE_6-9-n-under-way-at-most"));
    assert!(stdout.contains("n 1: 8 came, 8 begun, 1 ahead; "), "{stdout}");
    assert!(stdout.contains("n 4: 8 came, 8 begun, 4 ahead; "), "{stdout}");
    // Of those that were begun for the first three, three were under way.
    assert!(stdout.contains("n 4: 3 came, 6 begun, 4 ahead; "), "{stdout}");
    // They are given up, each that was asked for. If several pages have come by
    // one turn, those that are begun in their place are not asked for.
    let given_up = (0..=3).find(|n| {
        let last = format!("\n{n} were given up unanswered\n");
        stdout.ends_with(&last)
    });
    let asked = 8 + 8 + 3 + given_up.expect(&stdout);
    let saw = format!("saw {asked} requests for 8 pages, 4 at once");
    assert!(stdout.contains(&saw), "{stdout}");
}

#[test]
fn while_nobody_polls_a_stream_what_it_has_begun_stands_still() {
    // The site is quick, so that a fetch has long enough wherever it is polled.
    let mut step = Command::new(env!("CARGO_BIN_EXE_6-10-nobody-polls-them"));
    step.args(["--latency", "20"]);
    let ran = watchdog::run(&mut step, Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    let (recording, stdout) = (ran.recording, ran.stdout);
    let (in_stream, as_tasks) =
        stdout.split_once("as tasks:\n").expect(&stdout);
    assert!(in_stream.ends_with("  5 stored, 3 failed\n"), "{stdout}");
    assert_eq!(in_stream.matches("  timed out after ").count(), 3, "{stdout}");
    assert!(as_tasks.contains("  8 stored, 0 failed\n"), "{stdout}");
    // Those that timed out were never sent.
    assert!(stdout.contains("saw 13 requests for 8 pages"), "{stdout}");

    // A page that has come is ready, and does not run, while others are stored.
    let longest_ready = |place: usize| {
        let spans = (1..8)
            .flat_map(|n| &lanes(&recording, &format!("/{n}"))[place].spans);
        let ready = spans.filter(|it| matches!(it.state, State::Ready));
        ready.map(|span| span.to - span.from).max().unwrap_or_default()
    };
    let [stalled, task] = [0, 1].map(longest_ready);
    assert!(stalled > Duration::from_millis(150), "{stalled:?}: {stdout}");
    assert!(task < stalled / 2, "{task:?}: {stdout}");
}
