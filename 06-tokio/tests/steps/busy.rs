//! Spans in the timeline: which of eight tasks is busy.

use super::run;
use std::time::Duration;
use timeline::State;

#[test]
fn each_span_is_a_lane_and_one_is_busy() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_6-12-which-task-is-busy"));
    assert_eq!(stdout.matches(" times, busy ").count(), 8, "{stdout}");
    assert_eq!(recording.of_kind("span").count(), 8, "{stdout}");
    assert_eq!(recording.peak_in_flight(), 4, "{stdout}");
    let busy = |name: &str| -> Duration {
        let mut spans = recording.of_kind("span");
        let span = spans.find(|it| it.name == name).expect(&stdout);
        let runs = span.spans.iter();
        let runs = runs.filter(|it| matches!(it.state, State::Run { .. }));
        runs.map(|it| it.to - it.from).sum()
    };
    assert!(busy("page /3") >= Duration::from_millis(40), "{stdout}");
    // Each page of the second half had to wait for its permit.
    let waits = State::Wait("a permit".into());
    let waiting = recording
        .of_kind("span")
        .filter(|span| span.spans.iter().any(|it| it.state == waits));
    assert!(waiting.count() >= 4, "{stdout}");
}
