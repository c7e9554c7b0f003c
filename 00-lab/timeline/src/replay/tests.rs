use super::{Replay, Status, TimerNow};
use crate::event::Direction;

/// Thread 1 of process 9, and its tasks 2 and 3, `a` and `b`. A line is LANE
/// WHAT. It happens a nanosecond after the one before, and has a line of code.
fn record(events: &str) -> String {
    let begin = "1 spawn thread - main\n2 spawn task 1 a\n3 spawn task 1 b\n";
    let all = format!("{begin}{events}");
    let numbered = all.lines().map(str::trim).filter(|it| !it.is_empty());
    let lines = numbered.enumerate().map(|(at, line)| {
        let (lane, what) = line.split_once(' ').unwrap();
        let thread = if lane == "4" { 4 } else { 1 };
        format!("{at} 9 {thread} {lane} 0 {what}\tstep.rs:{at}\n")
    });
    lines.collect()
}

/// The state after all of these.
fn replay(events: &str) -> Replay {
    let mut replay = Replay::default();
    for event in Replay::events(&record(events)) {
        replay.follow(&event).unwrap();
    }
    replay
}

const TASK: [(u32, u32); 2] = [(9, 2), (9, 3)];

#[test]
fn a_queue_is_first_in_first_out() {
    let both = "2 ready 1 q\n3 ready 1 q\n";
    let queued = replay(both);
    assert!(queued.queues().eq([("q", TASK.to_vec())]));
    assert_eq!(queued.lane(TASK[0]).status, Status::Ready);
    let one = replay(&format!("{both}2 run\n2 wait tea"));
    assert!(one.queues().eq([("q", vec![TASK[1]])]));
    assert_eq!(one.lane(TASK[0]).waits, ["tea"]);
    assert_eq!(one.lane(TASK[0]).source, Some(("step.rs".to_owned(), 6)));
    // What another worker has taken stands behind what that has.
    let moved = replay(&format!("{both}2 queue r\n3 queue r\n2 run"));
    assert!(moved.queues().eq([("r", vec![TASK[1]])]));
    assert!(moved.running().eq([((9, 1), &TASK[..1])]));
}

#[test]
fn what_is_woken_while_it_runs_is_ready_after_that() {
    let runs = "2 ready 1 q\n2 run\n2 ready 2 q\n";
    assert_eq!(replay(runs).lane(TASK[0]).status, Status::Runs);
    let waits = replay(&format!("{runs}2 wait a wake-up"));
    assert_eq!(waits.lane(TASK[0]).status, Status::Ready);
    assert!(waits.queues().eq([("q", vec![TASK[0]])]));
}

#[test]
fn of_a_queue_that_is_not_told_any_may_be_next() {
    let both = "2 ready 1 unordered\n3 ready 1 unordered\n";
    let one = replay(&format!("{both}3 run\n3 wait tea"));
    assert!(one.queues().eq([("unordered", vec![TASK[0]])]));
    // And one that was not known to be ready.
    let again = replay(&format!("{both}3 run\n3 wait tea\n3 run"));
    assert!(again.running().eq([((9, 1), &TASK[1..])]));
    // That is the other way round where a thread takes tasks out of a queue;
    // but that says nothing of another thread.
    let taken = "2 ready 1 q\n2 run\n2 wait tea\n4 spawn thread - b\n";
    let on = |thread| format!("{}20 9 {thread} 3 0 run\n", record(taken));
    assert_eq!(Replay::contradictions(&on(4)), [""; 0]);
    assert_eq!(Replay::contradictions(&on(1)).len(), 1);
}

#[test]
fn what_waits_without_a_line_blocks_unless_it_says_what_it_keeps() {
    // A line of `record` names a line of code; the last one here does not.
    let wait = |events: &str| {
        let lines = record(&format!("2 run\n{events}"));
        let last = "20 9 1 2 0 wait tea\n";
        let mut replay = Replay::default();
        for event in Replay::events(&format!("{lines}{last}")) {
            replay.follow(&event).unwrap();
        }
        replay
    };
    let blocks = wait("");
    assert!(blocks.running().eq([((9, 1), &TASK[..1])]));
    assert_eq!(blocks.lane(TASK[0]).status, Status::Runs);
    let paused = wait("2 kept future, 8 bytes");
    assert_eq!(paused.running().count(), 0);
    assert_eq!(paused.lane(TASK[0]).status, Status::Waits);
    // What was kept before it ran does not count.
    let again = wait("2 kept future, 8 bytes\n2 wait tea\n2 run");
    assert_eq!(again.lane(TASK[0]).status, Status::Runs);
}

#[test]
fn the_place_of_one_that_has_ended_is_passed_over() {
    // It was woken in its last poll. Another task has its lane by then, and
    // is taken where the first one stood.
    let ended = "2 ready 1 q\n2 run\n2 ready 2 q\n2 idle\n";
    assert_eq!(replay(ended).queues().count(), 0);
    replay(&format!("{ended}3 ready 1 q\n3 run"));
    let early = format!("{ended}3 ready 1 q\n2 ready 1 q\n2 run\n2 wait tea\n");
    replay(&format!("{early}3 run"));
}

#[test]
fn a_socket_and_a_timer_are_waited_for_by_one_lane() {
    let waits = "2 run\n1 register 7\n2 await 7 read 0\n2 set 1.0.0 50\n\
                 2 wait bytes on 7\n";
    let replayed = replay(waits);
    let due = |due, lane| TimerNow { due, lane };
    assert_eq!(replayed.sockets(), [(7, Direction::Read, TASK[0])]);
    assert_eq!(replayed.timers(), [due(50, Some(TASK[0]))]);
    let woken = replay(&format!("{waits}1 report 7 read\n2 ready 1 q"));
    assert_eq!(woken.sockets(), []);
    // The timer is set still, also once its task is gone.
    assert_eq!(woken.timers(), [due(50, Some(TASK[0]))]);
    let gone = replay(&format!("{waits}2 ready 1 q\n2 run\n2 idle"));
    assert_eq!(gone.timers(), [due(50, None)]);
    assert_eq!(gone.sockets(), []);
    // Without a reactor, the lane's own words say it.
    let said = replay("2 run\n2 until 50\n2 wait room for bytes on 8");
    assert_eq!(said.sockets(), [(8, Direction::Write, TASK[0])]);
    assert_eq!(said.timers(), [due(50, Some(TASK[0]))]);
}

#[test]
fn what_cannot_have_happened_is_named() {
    let ready = "2 ready 1 q\n3 ready 1 q\n";
    let watched = "1 register 7\n2 run\n";
    let set = "2 set 1.0.0 50\n";
    let waits = "2 ready 1 q\n2 run\n2 await 7 read 0\n2 set 1.0.0 0\n\
                 2 wait tea\n";
    for (events, why) in [
        (format!("{ready}3 run"), "a was ready before it"),
        (format!("{ready}2 run\n3 run"), "another one runs on this thread"),
        (format!("{ready}2 ready 1 q"), "it stands in a queue already"),
        (format!("{ready}2 run\n2 wait x\n2 run"), "it was not ready"),
        (format!("{ready}2 run\n1 run"), "has not paused"),
        (format!("{ready}2 run\n2 done\n2 run"), "it has ended"),
        ("2 queue q".to_owned(), "it stood in no queue"),
        ("5 run".to_owned(), "this lane has not begun"),
        ("2 spawn task 1 a".to_owned(), "this lane has begun already"),
        (format!("{watched}2 register 7"), "it is registered already"),
        (format!("{watched}2 deregister 8"), "it was not registered"),
        (format!("{watched}2 await 8 read 0"), "is not registered"),
        (format!("{watched}2 report 8 read"), "is not registered"),
        (format!("{watched}2 forgo 8 read 0"), "is not registered"),
        (format!("{watched}2 forgo 7 read 0"), "nothing waits there"),
        (format!("{set}2 set 1.0.0 51"), "the timer is set already"),
        (format!("{set}1 fire 1.0.0"), "its time has not come"),
        (format!("{set}1 cancel 1.0.0\n1 fire 1.0.0"), "was not set"),
        (format!("{set}1 cancel 1.0.1"), "the timer was not set"),
        (format!("1 register 7\n{waits}1 report 7 read"), "and never ready"),
        (format!("1 register 7\n{waits}1 fire 1.0.0"), "and never ready"),
    ] {
        let all = Replay::contradictions(&record(&events));
        assert_eq!(all.len(), 1, "{events}: {all:?}");
        assert!(all[0].contains(why), "{events}: {all:?}");
    }
    // A lane may not run on two threads.
    let second = "4 spawn thread - other\n";
    let lines = record(&format!("{second}2 run\n"));
    let again = "20 9 4 2 0 run\n";
    let all = Replay::contradictions(&format!("{lines}{again}"));
    assert_eq!(all, [format!("it runs on another thread: {}", again.trim())]);
}
