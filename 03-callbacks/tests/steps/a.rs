//! From the spin to a loop, and the fetch on it.

use super::{main_lane, numbers, run};
use std::time::Duration;
use timeline::{Recording, Span, State, Track};
use trials::watchdog::parse_time;

/// How many pages are printed; the order is that in which they came.
fn pages(stdout: &str) -> usize {
    let lines = stdout.lines().filter(|line| line.starts_with('/'));
    lines.filter(|line| line.contains(" bytes in ")).count()
}

/// The last two numbers of a line like `68ms, CPU 4ms, 8 at once`: how long it
/// took, and the CPU time of that.
fn elapsed_and_cpu(stdout: &str) -> (Duration, Duration) {
    let mut pairs = stdout.lines().filter_map(|it| it.split_once(", CPU "));
    let (elapsed, rest) = pairs.next().expect(stdout);
    // What the site saw at once depends on how quickly it was asked.
    let (cpu, _) = rest.split_once(", ").expect(stdout);
    (parse_time(elapsed), parse_time(cpu))
}

/// How often a lane waits for this.
fn waits_for(track: &Track, what: &str) -> usize {
    let state = State::Wait(what.to_owned());
    track.spans.iter().filter(|span| span.state == state).count()
}

/// Of the lanes that share a thread, at most one runs at any time. What a
/// lane does between two events of its own counts to the event before.
fn assert_one_runs_at_a_time(recording: &Recording, kind: &str) {
    let runs = |state: &State| matches!(state, State::Run { .. });
    let lanes = recording.of_kind(kind).flat_map(|track| &track.spans);
    let mut spans: Vec<_> = lanes.filter(|it| runs(&it.state)).collect();
    spans.sort_by_key(|span| (span.from, span.to));
    for two in spans.windows(2) {
        assert!(two[0].to <= two[1].from, "{two:?} overlap");
    }
}

#[test]
fn a_spin_overlaps_the_waits_and_never_stops() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_3-1-do-not-wait"));
    assert_eq!(pages(&stdout), 8, "{stdout}");
    assert_eq!(recording.peak_in_flight(), 8);

    // It does not wait for anything, and says so.
    let spans = &main_lane(&recording).spans;
    assert!(!spans.iter().any(|span| span.state.waits()), "{stdout}");
    let line = stdout.lines().last().unwrap();
    let refused = numbers(line)[0];
    assert!(line.starts_with("reads refused: "), "{stdout}");
    // A read that is refused takes less than ten microseconds.
    let (_, cpu) = elapsed_and_cpu(&stdout);
    assert!(refused > 1000, "{stdout}");
    assert!(cpu / (refused as u32) < Duration::from_micros(10), "{stdout}");
}

#[test]
fn a_thread_that_asks_the_kernel_wakes_once_for_each_page_at_most() {
    for step in [
        env!("CARGO_BIN_EXE_3-2-ask-the-kernel"),
        env!("CARGO_BIN_EXE_3-3-ask-it-better"),
    ] {
        let (recording, stdout) = run(step);
        assert_eq!(pages(&stdout), 8, "{stdout}");
        assert_eq!(recording.peak_in_flight(), 8);

        let last = numbers(stdout.lines().last().unwrap());
        let [refused, woken] = last[..] else { panic!("{stdout}") };
        // A page might come in two pieces, and a socket be ready for nothing.
        assert!(refused <= 2 && (1..=16).contains(&woken), "{stdout}");
        let main = main_lane(&recording);
        assert_eq!(waits_for(main, "any socket"), woken as usize, "{stdout}");
        let (elapsed, cpu) = elapsed_and_cpu(&stdout);
        assert!(cpu < elapsed / 2, "{stdout}");
    }
}

#[test]
fn callbacks_wait_together_and_run_one_by_one() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_3-4-a-loop-that-calls-back"));
    assert_eq!(pages(&stdout), 8, "{stdout}");
    // `main` came to its end before the first call.
    let first = stdout.lines().next().unwrap();
    assert_eq!(first, "all are asked for, and nothing has been called yet");

    main_lane(&recording);
    assert!(recording.of_kind("callback").count() >= 8);
    assert_eq!(recording.peak_in_flight(), 8);
    // All eight, and the loop itself.
    assert_eq!(recording.most_at_once(State::waits), 9);
    assert_one_runs_at_a_time(&recording, "callback");
}

#[test]
fn late_pages_are_reported_in_the_order_of_their_timers() {
    let mut late_pages = 0;
    for _ in 0..3 {
        let (recording, stdout) = run(env!("CARGO_BIN_EXE_3-5-timers"));
        assert_eq!(pages(&stdout), 8, "{stdout}");
        let late: Vec<_> = stdout
            .lines()
            .enumerate()
            .filter_map(|(n, it)| Some((n, it.strip_suffix(" is late")?)))
            .collect();
        let in_order = (0..8).map(|n| match n {
            0 => "/".to_owned(),
            n => format!("/{n}"),
        });
        let is_late = |path: &String| late.iter().any(|it| it.1 == path);
        let in_order: Vec<_> = in_order.filter(is_late).collect();
        let paths: Vec<_> = late.iter().map(|it| it.1).collect();
        assert_eq!(paths, in_order, "{stdout}");

        // A page is late, or its timer was cancelled: none comes before the
        // report on it.
        for (at, path) in &late {
            let page = format!("{path}: ");
            let came = stdout.lines().position(|it| it.starts_with(&page));
            assert!(came > Some(*at), "{stdout}");
        }
        // Of the timers only those are drawn that were called, and none was
        // called early: the recording began before their time was fixed.
        assert_eq!(recording.of_kind("timer").count(), late.len());
        for timer in recording.of_kind("timer") {
            assert_eq!(waits_for(timer, "its time"), 1, "{stdout}");
            let waits = timer.spans.iter().find(|it| it.state.waits());
            let called = waits.expect("it is set first").to;
            assert!(called >= Duration::from_millis(57), "{stdout}");
        }
        assert_one_runs_at_a_time(&recording, "timer");
        main_lane(&recording);
        late_pages += late.len();
    }
    assert!(late_pages > 0, "no page was late in any run");
}

#[test]
fn a_backtrace_in_a_callback_does_not_say_who_asked() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_3-6-the-fetch-torn"));
    assert_eq!(pages(&stdout), 9, "{stdout}");
    let callers = |title: &str| -> Vec<&str> {
        let lines = stdout.lines().skip_while(|line| *line != title);
        let indented = |line: &&str| line.starts_with("    ");
        lines.skip(1).take_while(indented).map(str::trim).collect()
    };
    assert_eq!(
        callers("read on a stack:"),
        ["fetch_blocking", "show_blocking", "main"],
        "{stdout}"
    );
    assert_eq!(
        callers("read in a callback:"),
        ["receive", "a closure of wait", "the loop", "main"],
        "{stdout}"
    );

    // Once for the blocking fetch, and then for any of eight sockets.
    let main = main_lane(&recording);
    assert_eq!(waits_for(main, "/"), 1, "{stdout}");
    assert!(waits_for(main, "any of them") > 0, "{stdout}");
    assert_eq!(recording.of_kind("socket").count(), 8);
    assert_eq!(recording.peak_in_flight(), 8);
    assert_one_runs_at_a_time(&recording, "socket");
    // Each waits to be connected, and then for its page.
    for socket in recording.of_kind("socket") {
        let waits = |it: &Span| match &it.state {
            State::Wait(what) => what.starts_with("bytes"),
            _ => false,
        };
        assert!(socket.spans.iter().any(waits), "{}", socket.name);
    }
}
