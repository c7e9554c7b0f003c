//! Reading recordings: spans, what waits for what, the picture for a terminal.

use crate::{Flow, Link, Recording, State};
use std::time::Duration;

/// A recording of process 7. Each line holds the milliseconds, the lane (and
/// thread), the CPU milliseconds, and what happened.
fn parse(lines: &str) -> Recording {
    let mut text = String::new();
    for line in lines.lines() {
        let mut words = line.trim().splitn(4, ' ');
        let mut word = || words.next().expect("four words");
        let (ms, lane, cpu, what) = (word(), word(), word(), word());
        text += &format!("{ms}000000 7 {lane} {lane} {cpu}000000 {what}\n");
    }
    Recording::parse(&text)
}

const PHILOSOPHERS: &str = "\
    0 1 0 spawn thread - main
    0 1 0 run
    1 2 0 spawn thread - thread 1
    1 2 0 hold Fork 1
    2 3 0 spawn thread - thread 2
    2 3 0 hold Fork 2
    3 4 0 spawn thread - thread 3
    3 4 0 hold Fork 3
    4 2 1 want Fork 2
    5 3 1 want Fork 3
    6 4 1 want Fork 1";

/// The sentence for a lane that did not say that it waits. It may well wait,
/// for the end of a thread or at a barrier.
const SILENT: &str = "has recorded nothing for 10 s: it computes, or waits \
                      for what is not recorded";

fn explain(lines: &str) -> Vec<String> {
    parse(lines).explain_waits(Duration::from_secs(10))
}

#[test]
fn a_deadlock_is_named_as_a_circle() {
    assert_eq!(
        explain(PHILOSOPHERS),
        [
            &format!("main {SILENT}"),
            "thread 1 waits for lock Fork 2, which thread 2 holds",
            "thread 2 waits for lock Fork 3, which thread 3 holds",
            "thread 3 waits for lock Fork 1, which thread 1 holds",
            "a circle: thread 1 waits for thread 2, which waits for \
             thread 3, which waits for thread 1",
        ]
    );
}

#[test]
fn a_lane_that_was_just_woken_waits_no_longer() {
    let lines = "0 1 0 wait /1\n4 1 0 run";
    assert_eq!(explain(lines), [format!("thread 1 {SILENT}")]);
}

#[test]
fn a_chain_of_waits_is_no_circle() {
    let lines = PHILOSOPHERS.rsplit_once('\n').expect("lines").0;
    let sentences = explain(lines);
    assert_eq!(sentences.len(), 4, "{sentences:?}");
    assert_eq!(sentences[3], format!("thread 3 {SILENT}"));
}

#[test]
fn waits_for_anything_else_are_named_too() {
    let lines = "\
        0 1 0 spawn thread - main
        0 1 0 wait /stall-1
        1 2 0 spawn thread - a
        1 2 0 wait condvar 1
        2 3 0 spawn thread - b
        2 3 0 notify condvar 2
        3 3 0 wait condvar 3
        4 4 0 spawn thread - c
        4 4 0 wait condvar 2
        5 5 0 spawn thread - d
        5 5 0 hold Jobs 1
        6 5 0 want Jobs 1
        7 6 0 spawn thread - e
        7 6 0 hold Pages 1
        8 6 0 done
        9 7 0 spawn thread - f
        9 7 0 want Pages 1
        9 8 0 spawn thread - g
        9 8 0 done";
    assert_eq!(
        explain(lines),
        [
            "main waits for /stall-1",
            "a waits for condvar 1, which no thread has notified",
            "b waits for condvar 3, which no thread has notified",
            "c waits for condvar 2, which b notified last, \
             before that wait began",
            "d waits for lock Jobs, which it holds itself",
            "f waits for lock Pages, which e still held when it ended",
            "a circle: d waits for d",
        ]
    );
}

#[test]
fn a_lane_that_says_it_runs_but_has_no_cpu_is_off_it() {
    // `main` joins, from 10 to 90; the thread computes half of the time.
    let picture = parse(
        "\
        0 1 0 spawn thread - main
        10 1 10 run
        20 2 0 spawn thread - half
        80 2 30 run
        80 2 30 done
        90 1 10 run
        100 1 20 run",
    )
    .lanes(25);
    let lines: Vec<&str> = picture.lines().collect();
    assert_eq!(
        lines,
        [
            "main ██················██",
            "half     ▓▓▓▓▓▓▓▓▓▓▓▓",
            "     ╵0 ms",
            "█ runs   ▓ runs partly",
            "· off the CPU",
        ]
    );
}

#[test]
fn the_picture_shows_waits_locks_and_what_the_site_saw() {
    let picture = parse(
        "\
        0 1 0 spawn thread - main
        1 1 1 hold Frontier 1
        2 1 1 wait /1
        2 9 0 spawn site - site
        2 9 0 flight 1
        10 2 0 spawn thread - worker
        11 2 1 want Frontier 1
        20 9 0 flight 12
        40 1 1 run
        41 1 2 release Frontier 1
        41 2 1 hold Frontier 1
        42 2 2 release Frontier 1
        42 2 2 wait /2
        60 9 0 flight 0
        78 1 40 run
        78 1 40 done
        80 2 2 run
        80 2 2 done",
    )
    .lanes(48);
    let lines: Vec<&str> = picture.lines().collect();
    assert_eq!(
        lines,
        [
            "main   █═══════ /1 ════════████████████████████",
            "worker      █×× Frontier ×××█─────── /2 ────────",
            "site    111111111+++++++++++++++++++++",
            "       ╵0 ms                    ╵50 ms",
            "█ runs   ─ waits   ═ waits and holds a lock",
            "× waits for a lock",
            "1–9 requests in flight, + more",
        ]
    );
}

#[test]
fn every_picture_fits_its_width() {
    for width in [30, 40, 80, 120] {
        let picture = parse(PHILOSOPHERS).lanes(width);
        let widest = picture.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(width), "{width}:\n{picture}");
        assert!(!picture.lines().any(|line| line.ends_with(' ')));
    }
}

#[test]
fn more_lanes_than_fit_are_counted() {
    let lane = |n| format!("{n} {n} 0 spawn thread - t{n}\n");
    let many: String = (1..=40).map(lane).collect();
    let picture = parse(&many).lanes(80);
    assert!(picture.contains("and 16 more"), "{picture}");
    assert!(picture.contains("\nt24 ") && !picture.contains("\nt25 "));
}

#[test]
fn what_led_to_what_is_found() {
    let flows = |lines| {
        let recording = parse(lines);
        let flow = |flow: &Flow| {
            let ms = |time: Duration| time.as_millis();
            (flow.link, ms(flow.from.1), ms(flow.to.1))
        };
        recording.flows.iter().map(flow).collect::<Vec<_>>()
    };
    let lock = "\
        0 1 0 hold Jobs 1
        1 2 0 want Jobs 1
        5 1 0 release Jobs 1
        6 2 0 hold Jobs 1";
    assert_eq!(flows(lock), [(Link::Release, 5, 6)]);
    let condvar = "\
        0 1 0 notify condvar 1
        1 2 0 wait condvar 1
        5 1 0 notify condvar 1
        6 2 0 hold Jobs 1";
    assert_eq!(flows(condvar), [(Link::Notify, 5, 6)]);
    let sleeper = "\
        0 2 0 wait to be woken
        5 1 0 wake 2
        6 2 0 run";
    assert_eq!(flows(sleeper), [(Link::Wake, 5, 6)]);
    let too_early = "\
        0 2 0 run
        5 1 0 wake 2
        6 2 0 wait to be woken
        7 2 0 run";
    assert_eq!(flows(too_early), []);
}

#[test]
fn a_hang_that_goes_on_is_drawn_longer() {
    let mut recording = parse(PHILOSOPHERS);
    recording.go_on_for(Duration::from_millis(4));
    assert_eq!(recording.length, Duration::from_millis(10));
    let philosophers = &recording.tracks[1..];
    for philosopher in philosophers {
        let last = philosopher.spans.last().expect("a wait");
        assert!(last.state.is_blocked());
        assert_eq!(last.to, recording.length);
        assert_eq!(philosopher.held[0].to, recording.length);
    }
}

#[test]
fn peaks_and_sums_are_counted() {
    let recording = parse(
        "\
        0 1 0 ask /1
        0 1 0 wait /1
        1 2 0 ask /2
        1 2 0 wait /2
        4 1 0 got /1
        4 1 0 run
        4 3 0 ask /3
        4 3 0 wait /3
        9 2 0 run
        9 3 0 run",
    );
    assert_eq!(recording.peak_in_flight(), 2);
    assert_eq!(recording.most_at_once(State::waits), 2);
    let waits = recording.time_in(State::waits);
    assert_eq!(waits, Duration::from_millis(4 + 8 + 5));
}

#[test]
fn a_torn_line_is_left_and_a_strange_one_is_counted() {
    let text = "1 7 1 1 0 run\nwhat is this?\n9 7 1 1 0 wait /1\n9 7 1 1 0 wai";
    let recording = Recording::parse(text);
    assert_eq!(recording.skipped, 1);
    assert_eq!(recording.length, Duration::from_nanos(8));
    let last = recording.tracks[0].spans.last().expect("a wait");
    assert_eq!(last.state, State::Wait("/1".to_owned()));
    assert!(Recording::parse("").tracks.is_empty());
    assert!(Recording::parse("torn at once").tracks.is_empty());
}

#[test]
fn lines_out_of_order_are_put_in_order() {
    let text = "9 7 1 1 0 done\n1 7 1 1 0 run\n5 7 1 1 0 wait /1\n";
    let recording = Recording::parse(text);
    let waits = recording.time_in(State::waits);
    assert_eq!(waits, Duration::from_nanos(4));
}

#[test]
fn lanes_of_a_second_process_are_called_so() {
    let text = "\
        1 7 1 1 0 spawn thread - main\n\
        2 8 1 1 0 spawn thread - main\n\
        3 8 2 2 0 spawn thread - thread 1\n\
        4 8 1 5 0 spawn task 1 \n";
    let second = ["process 2", "process 2: thread 1", "process 2: task 1"];
    assert_eq!(names(text)[0], "main");
    assert_eq!(names(text)[1..], second);
}

#[test]
fn a_name_of_its_own_is_enough() {
    let text = "\
        1 7 1 1 0 spawn thread - main\n\
        2 8 1 1 0 spawn thread - worker 1\n\
        3 9 1 1 0 spawn thread - worker 2\n\
        4 10 1 1 0 spawn thread - reader\n\
        5 11 1 1 0 spawn thread - reader\n\
        6 12 1 1 0 spawn thread - thread 5\n";
    let others = ["process 4: reader", "process 5: reader"];
    assert_eq!(names(text)[..3], ["main", "worker 1", "worker 2"]);
    assert_eq!(names(text)[3..5], others);
    assert_eq!(names(text)[5], "process 6: thread 5");
}

#[test]
fn lanes_with_a_number_of_their_own_stand_in_its_order() {
    let text = "\
        1 7 1 1 0 spawn thread - main\n\
        2 8 1 1 0 spawn thread - worker 10\n\
        3 9 1 1 0 spawn site - site\n\
        4 7 2 2 0 spawn thread - thread 1\n\
        5 10 1 1 0 spawn thread - worker 2\n\
        6 7 3 3 0 spawn thread - worker 3\n";
    let order =
        ["main", "worker 2", "thread 1", "worker 3", "worker 10", "site"];
    assert_eq!(names(text), order);
}

#[test]
fn threads_of_the_same_name_are_numbered() {
    let lanes = "1 7 1 1 0 spawn thread - main\n\
                 2 7 2 2 0 spawn thread - worker\n\
                 2 7 2 9 0 spawn task 2 worker\n\
                 3 7 3 3 0 spawn thread - worker\n\
                 4 7 4 4 0 spawn thread - pool 0\n\
                 5 7 5 5 0 spawn thread - pool 0\n\
                 6 8 1 1 0 spawn thread - worker\n\
                 6 7 6 6 0 spawn thread - one\n\
                 7 7 6 6 0 done\n\
                 8 7 7 7 0 spawn thread - one\n";
    let expected = [
        "main",
        "worker 1",
        "worker",
        "worker 2",
        "pool 0",
        "pool 0",
        "process 2: worker",
        "one",
        "one",
    ];
    assert_eq!(names(lanes), expected);
}

fn names(text: &str) -> Vec<String> {
    let tracks = Recording::parse(text).tracks.into_iter();
    tracks.map(|track| track.name).collect()
}

#[test]
fn what_is_late_could_have_run_since_it_was_due() {
    let lines = "0 1 0 until 10000000\n30 1 0 run\n31 1 1 until 40000000\n\
                 41 1 1 run\n42 1 2 until 5000000\n50 1 2 run\n51 1 3 done";
    let recording = parse(lines);
    let spans = recording.tracks[0].spans.iter().map(|span| {
        let [from, to] = [span.from, span.to].map(|it| it.as_millis());
        let state = match &span.state {
            State::Wait(what) => what.as_str(),
            State::Ready => "ready",
            State::Run { .. } => "runs",
            other => panic!("{other:?}"),
        };
        (from, to, state)
    });
    let expected = [
        (0, 10, "10 ms"),
        (10, 30, "ready"),
        (30, 31, "runs"),
        // A little late is not late.
        (31, 41, "9 ms"),
        (41, 42, "runs"),
        // It was due before it said so.
        (42, 50, "ready"),
        (50, 51, "runs"),
    ];
    assert_eq!(spans.collect::<Vec<_>>(), expected);
}

#[test]
fn a_lane_that_is_woken_while_it_runs_is_ready_when_it_pauses() {
    let text = "0 9 1 1 0 spawn thread - main\n0 9 1 2 0 spawn task 1 \n\
        0 9 1 2 0 run\n10 9 1 2 0 ready 2\n15 9 1 2 0 run\n\
        20 9 1 2 0 wait a wake-up\n50 9 1 2 0 run\n60 9 1 2 0 wait a wake-up\n90 9 1 2 0 run\n";
    let recording = Recording::parse(text);
    let states = recording.tracks[1].spans.iter().map(|it| it.state.name());
    let states: Vec<_> = states.collect();
    assert_eq!(states[1], "ready to run");
    assert_eq!(states[3], "waits for a wake-up");
}

#[test]
fn a_killed_process_is_a_zombie_until_its_parent_waits() {
    let text = "0 9 1 1 0 spawn thread - main\n0 8 1 1 0 spawn thread - main\n\
        0 8 1 1 0 wait tea\n20 9 1 1 0 kill 8\n21 8 1 1 0 run\n\
        50 9 1 1 0 reap 8 signal: 9 (SIGKILL)\n90 9 1 1 0 done\n";
    let recording = Recording::parse(text);
    let child = &recording.tracks[1];
    let spans = child.spans.iter().map(|it| {
        let [from, to] = [it.from, it.to].map(|at| at.as_nanos());
        (it.state.name(), from, to)
    });
    let expected =
        [("waits for tea".to_owned(), 0, 20), ("a zombie".to_owned(), 20, 50)];
    assert_eq!(spans.collect::<Vec<_>>(), expected);
    let (died, _) = child.died.as_ref().expect("it died");
    assert_eq!(died.as_nanos(), 20);
}

#[test]
fn lengths_of_queues_and_what_is_kept_in_a_pause_are_read() {
    let text = "0 9 1 1 0 spawn thread - main\n1 9 1 1 0 length 1 4 pages\n\
        2 9 1 1 0 length 2 4 pages\n3 9 1 2 0 spawn greenlet 1 \n\
        4 9 1 2 0 kept stack, 96 bytes\n4 9 1 2 0 wait /\n\
        7 9 1 2 0 run\n8 9 1 2 0 kept variant Receive, 8 bytes\n";
    let recording = Recording::parse(text);
    let ns = Duration::from_nanos;
    let [queue] = &recording.queues[..] else { panic!("one queue") };
    assert_eq!((queue.name.as_str(), queue.room), ("pages", 4));
    assert_eq!(queue.lengths, [(ns(1), 1), (ns(2), 2)]);
    let kept = recording.tracks[1].kept.iter();
    let kept = kept.map(|it| (it.place.as_str(), it.bytes, it.from, it.to));
    let expected = [
        ("stack", 96, ns(4), Some(ns(7))),
        ("variant Receive", 8, ns(8), None),
    ];
    assert_eq!(kept.collect::<Vec<_>>(), expected);
}
