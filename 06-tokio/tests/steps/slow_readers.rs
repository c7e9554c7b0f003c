//! The chat room: one client reads late, and then too late.

use super::{lanes, run};
use timeline::State;

/// The numbers of lines that this client was told, and that it has missed.
fn told_and_missed(talk: &str, name: &str) -> [usize; 2] {
    let from = format!("  {name}: ");
    let line = talk.lines().find_map(|line| line.strip_prefix(&from));
    let (told, missed) = line.expect(talk).split_once(" lines told, ").unwrap();
    let missed = missed.strip_suffix(" missed").unwrap();
    [told, missed].map(|it| it.parse().unwrap())
}

#[test]
fn the_slow_reader_misses_lines_and_the_others_do_not() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_6-14-slow-readers-miss-lines"));
    let (late, too_late) = stdout.split_once("too late:\n").expect(&stdout);
    for talk in [late, too_late] {
        assert_eq!(told_and_missed(talk, "bob"), [240, 0], "{stdout}");
    }
    // It is told what the kernel has taken for it, how many it has missed, and
    // what the room still has.
    let [told, missed] = told_and_missed(late, "dan");
    assert!(told > 16 && missed > 0 && told + missed == 240, "{stdout}");
    // It is told the first, and then it is shut out. By then it may have missed
    // some, if the kernel took a line later than the others.
    let [told, missed] = told_and_missed(too_late, "dan");
    assert!((1..100).contains(&told) && told + missed < 240, "{stdout}");
    assert!(too_late.contains("told: * dan reads nothing, and is gone"));

    // While its task waits for it, the task of another client runs on.
    let dans = lanes(&recording, "kitchen dan");
    let bobs = lanes(&recording, "kitchen bob");
    assert_eq!((dans.len(), bobs.len()), (2, 2), "{stdout}");
    let is_stalled = |it: &State| matches!(it, State::Wait(what) if what == "its client to read");
    for (dan, bob) in dans.into_iter().zip(bobs) {
        let stall = dan.spans.iter().find(|it| is_stalled(&it.state));
        let stall = stall.unwrap_or_else(|| panic!("{stdout}"));
        let runs = bob.spans.iter().filter(|span| {
            matches!(span.state, State::Run { .. })
                && (stall.from..stall.to).contains(&span.from)
        });
        // It has 240 lines to tell, and dan has taken less than half.
        assert!(runs.count() > 10, "{stdout}");
        assert!(!bob.spans.iter().any(|it| is_stalled(&it.state)));
    }
}
