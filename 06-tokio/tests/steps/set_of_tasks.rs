//! A set hands back what its tasks return, and ends them when it is dropped.

use super::run;
use timeline::{State, Track};

fn waits_for(track: &Track, what: &str) -> bool {
    track.spans.iter().any(|it| it.state == State::Wait(what.to_owned()))
}

#[test]
fn a_set_that_is_dropped_aborts_its_tasks_and_a_handle_does_not() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_6-2-a-set-of-tasks"));
    // Of eight tasks one has panicked, and the set says so.
    assert_eq!(stdout.matches(" bytes in ").count(), 7 + 1 + 1, "{stdout}");
    let why = " panicked with message \"page 5 is lost\"\n";
    assert_eq!(stdout.matches(why).count(), 1, "{stdout}");
    let tasks: Vec<_> = recording.of_kind("task").collect();
    assert_eq!(tasks.len(), 8 + 4 + 4, "{stdout}");
    let panicked = tasks.iter().filter(|it| it.panicked.is_some());
    assert_eq!(panicked.count(), 1, "{stdout}");
    assert!(stdout.contains(" 16 requests for 8 pages, 4 at once"), "{stdout}");

    // With the set its tasks end, page or no page.
    let [with_a_set, with_handles] = [&tasks[8..12], &tasks[12..]];
    assert!(with_a_set.iter().all(|it| it.ended), "{stdout}");
    for (task, page) in with_handles.iter().zip(["/", "/1", "/2", "/3"]) {
        assert!(waits_for(task, page), "{stdout}");
    }
    assert!(with_handles[0].ended, "{stdout}");
    // If the machine is busy, more than one may have come in time.
    let cut = stdout.lines().last().expect(&stdout);
    let cut: usize = cut.split(' ').next().unwrap().parse().expect(&stdout);
    assert!((1..=3).contains(&cut), "{stdout}");
}
