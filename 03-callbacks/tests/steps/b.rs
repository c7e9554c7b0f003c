//! The steps of what can go wrong with callbacks, and of what they cost.

use super::{numbers, run};
use std::process::Command;
use std::time::Duration;
use timeline::{Mark, Recording, Span, State, Track};
use trials::watchdog::{self, parse_time};

/// The time at the end of the first part of a line: `computed for 3ms` has
/// one, and `late by 3ms at most` as well.
fn time_after(stdout: &str, words: &str) -> Duration {
    let (_, rest) = stdout.split_once(words).expect(stdout);
    parse_time(rest.split_whitespace().next().expect(stdout))
}

/// When a lane ran. The recording has a span for each part that was measured;
/// parts without a break are one here.
fn runs(track: &Track) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    for span in &track.spans {
        match runs.last_mut() {
            _ if !matches!(span.state, State::Run { .. }) => {}
            Some(last) if last.to == span.from => last.to = span.to,
            _ => runs.push(span.clone()),
        }
    }
    runs
}

/// The longest time that one of these lanes ran without a break.
fn longest_run<'a>(tracks: impl Iterator<Item = &'a Track>) -> Span {
    let all = tracks.flat_map(runs);
    all.max_by_key(|span| span.to - span.from).expect("something ran")
}

/// The longest time in which no callback began.
fn longest_gap(recording: &Recording) -> (Duration, Duration) {
    let kinds = ["socket", "timer", "callback", "post"].into_iter();
    let lanes = kinds.flat_map(|kind| recording.of_kind(kind));
    let mut begun: Vec<_> = lanes.flat_map(runs).map(|it| it.from).collect();
    begun.sort();
    let gaps = begun.windows(2).map(|two| (two[0], two[1]));
    gaps.max_by_key(|(from, to)| *to - *from).expect("callbacks ran")
}

/// How many callbacks of timers began during a time.
fn timers_during(recording: &Recording, time: &Span) -> usize {
    let all = recording.of_kind("timer").flat_map(runs);
    all.filter(|run| time.from < run.from && run.from < time.to).count()
}

#[test]
fn each_page_has_two_results_and_more_are_under_way_than_may_be() {
    for _ in 0..3 {
        let (recording, stdout) = run(env!("CARGO_BIN_EXE_3-7-called-twice"));
        assert!(stdout.contains("12 pages, 24 results\n"), "{stdout}");
        let [allowed, seen] = numbers(stdout.lines().last().unwrap())[..]
        else {
            panic!("{stdout}")
        };
        assert!(allowed == 3 && seen > 3, "{stdout}");
        assert!(recording.peak_in_flight() > 3, "{stdout}");
    }
}

#[test]
fn a_page_that_is_never_heard_of_keeps_its_place_and_the_loop_returns() {
    for _ in 0..3 {
        let (recording, stdout) = run(env!("CARGO_BIN_EXE_3-8-never-called"));
        let last = "12 pages: 5 are here, 4 were not asked for\n";
        assert!(stdout.ends_with(last), "{stdout}");
        assert!(stdout.contains("saw 8 requests for 8 pages"), "{stdout}");
        // Nothing is left that could ever be called.
        for kind in ["socket", "timer", "callback"] {
            for track in recording.of_kind(kind) {
                let last = &track.spans.last().unwrap().state;
                assert_eq!(*last, State::Idle, "{}: {stdout}", track.name);
            }
        }
    }
}

#[test]
fn a_call_before_the_function_returns_lets_too_many_be_under_way() {
    for _ in 0..3 {
        let (recording, stdout) =
            run(env!("CARGO_BIN_EXE_3-9-two-error-paths"));
        assert!(stdout.contains("12 pages, 12 results\n"), "{stdout}");
        let last = "3 at once are allowed, 5 were seen\n";
        assert!(stdout.ends_with(last), "{stdout}");
        assert_eq!(recording.peak_in_flight(), 5);
    }
}

#[test]
fn a_slow_callback_makes_a_timer_late_by_as_long_as_it_takes() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_3-11-one-slow-callback"));
    let computed = time_after(&stdout, "computed for ");
    let late = time_after(&stdout, "late by ");
    // One was due within 10 ms; both times are rounded.
    let nearly = computed.mul_f64(0.9) - Duration::from_millis(12);
    assert!(late > nearly, "{stdout}");

    // Nothing else is called while it computes. What has come in the meantime
    // is called afterwards.
    let (from, to) = longest_gap(&recording);
    assert!(to - from > nearly, "{stdout}");
    let sockets = recording.of_kind("socket").flat_map(runs);
    assert!(sockets.filter(|run| run.from >= to).count() > 1, "{stdout}");
    // The picture says for which of them, and for how long they were late.
    let marks = recording.marks();
    let slow = marks.iter().find_map(|mark| match mark {
        Mark::Slow { late, .. } => Some(late),
        _ => None,
    });
    let late = slow.expect(&stdout).iter();
    let late = late.map(|it| recording.tracks[it.track].kind.as_str());
    let late: Vec<_> = late.collect();
    assert!(late.contains(&"timer") && late.contains(&"socket"), "{late:?}");
}

#[test]
fn timers_go_on_while_a_thread_computes_and_it_wakes_the_loop() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_3-12-a-thread-and-a-bell"));
    let computed = time_after(&stdout, "computed for ");
    let late = time_after(&stdout, "late by ");
    assert!(late < computed, "{stdout}");

    let threads = recording.of_kind("thread");
    let [thread] =
        threads.filter(|it| it.name != "main").collect::<Vec<_>>()[..]
    else {
        panic!("{stdout}")
    };
    let computing = longest_run([thread].into_iter());
    assert!(timers_during(&recording, &computing) > 3, "{stdout}");
    // What it has posted is called afterwards.
    let posted = recording.of_kind("post").flat_map(runs);
    let posted: Vec<_> = posted.collect();
    assert!(
        matches!(&posted[..], [it] if it.from > computing.from),
        "{stdout}"
    );
}

#[test]
fn a_bound_a_turn_lets_timers_come_in_between() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_3-13-a-thousand-quick-ones"));
    let all = time_after(&stdout, "1000 a turn: a timer was late by ");
    let few = time_after(&stdout, "32 a turn: a timer was late by ");
    assert!(all > few, "{stdout}");

    let in_one_turn = longest_run(recording.of_kind("callback"));
    assert!(in_one_turn.to - in_one_turn.from > all / 2, "{stdout}");
    assert_eq!(timers_during(&recording, &in_one_turn), 0, "{stdout}");
    // The second thousand take about as long.
    let (from, to) = recording
        .of_kind("callback")
        .flat_map(runs)
        .filter(|run| run.from >= in_one_turn.to)
        .fold((recording.length, Duration::ZERO), |it, run| {
            (it.0.min(run.from), it.1.max(run.to))
        });
    let in_many_turns = Span { from, to, ..in_one_turn.clone() };
    assert!(timers_during(&recording, &in_many_turns) > 5, "{stdout}");
}

#[test]
fn a_struct_that_waits_takes_a_small_part_of_what_a_stack_takes() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_3-14-what-waiting-costs"));
    let each = |pages: &str, how: &str| -> Option<f64> {
        let words = format!("{pages} pages wait {how}: ");
        let (_, rest) = stdout.split_once(&words)?;
        rest.split(' ').next()?.parse().ok()
    };
    for pages in ["1000", "10000"] {
        let both = each(pages, "in a struct").zip(each(pages, "on a stack"));
        let Some((in_a_struct, on_a_stack)) = both else {
            assert!(stdout.contains(" cannot wait "), "{stdout}");
            continue;
        };
        assert!(in_a_struct > 0.1, "{stdout}");
        assert!(5.0 * in_a_struct < on_a_stack, "{stdout}");
        assert!(on_a_stack < 100.0, "{stdout}");
    }
    assert_eq!(recording.of_kind("thread").count(), 1, "only main records");
}

#[test]
fn poll_takes_longer_with_each_socket_and_epoll_does_not() {
    // Whatever the shell allows, a step raises its limit as far as it may.
    let mut step = Command::new("sh");
    step.args(["-c", r#"ulimit -Sn 256; exec "$0""#]);
    step.arg(env!("CARGO_BIN_EXE_3-15-poll-against-epoll"));
    let ran = watchdog::run(&mut step, Duration::from_secs(30));
    let stdout = ran.unwrap_or_else(|why| panic!("{why}")).stdout;
    let time = |n: u32, call: &str| {
        let line = stdout.lines().find(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(&n.to_string()) && words.next() == Some(call)
        });
        Some(parse_time(line?.split_whitespace().nth(2).unwrap()))
    };
    let most = if time(10_000, "poll").is_some() { 10_000 } else { 1_000 };
    let [poll_10, poll, epoll] =
        [(10, "poll"), (most, "poll"), (most, "epoll")]
            .map(|(n, call)| time(n, call).expect(&stdout));
    assert!(poll > 10 * poll_10, "{stdout}");
    assert!(poll > 10 * epoll, "{stdout}");
}
