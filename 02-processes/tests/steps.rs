//! What each step of rung 2 claims, on its recording.

use std::collections::BTreeSet;
use std::io;
use std::process::Command;
use std::time::{Duration, Instant};
use timeline::{Recording, State, Track};
use trials::watchdog::{self, parse_time};

fn run(step: &str) -> (Recording, String) {
    let ran = watchdog::run(&mut Command::new(step), Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
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

/// The processes that recorded, without the site's.
fn processes(recording: &Recording) -> BTreeSet<u32> {
    let ours = recording.tracks.iter().filter(|track| track.kind != "site");
    ours.map(|track| track.pid).collect()
}

fn died(recording: &Recording) -> impl Iterator<Item = (&Track, &str)> {
    let tracks = recording.tracks.iter();
    tracks.filter_map(|track| Some((track, track.died.as_ref()?.1.as_str())))
}

fn waited_for(track: &Track, what: &str) -> Duration {
    let state = State::Wait(what.to_owned());
    let spans = track.spans.iter().filter(|span| span.state == state);
    spans.map(|span| span.to - span.from).sum()
}

#[test]
fn the_parent_learns_how_each_child_ended_and_goes_on() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_2-1-run-a-child"));
    for line in [
        "one that returns: code Some(0), signal None\n",
        "one that exits: code Some(3), signal None\n",
        "one that aborts: code None, signal Some(6)\n",
    ] {
        assert!(stdout.contains(line), "{stdout}");
    }
    assert_eq!(processes(&recording).len(), 4);
    let ends: Vec<_> = died(&recording).map(|(_, how)| how).collect();
    assert_eq!(ends, ["signal: 6 (SIGABRT)"]);
    assert_eq!(recording.peak_in_flight(), 1, "one after the other");
}

#[test]
fn every_order_is_answered_whatever_pieces_it_came_in() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_2-2-only-bytes-cross"));
    let (orders, pieces) = match numbers(&stdout)[..] {
        [orders, pieces, ..] => (orders, pieces),
        _ => panic!("{stdout}"),
    };
    assert!(orders == 4 && pieces > 20, "{stdout}");
    for page in ["/: ", "/1: ", "/2: ", "/3: "] {
        let answers = stdout.lines().filter(|line| line.starts_with(page));
        assert_eq!(answers.count(), 1, "{stdout}");
    }
    assert_eq!(processes(&recording).len(), 2);
}

#[test]
fn with_both_pipes_full_nothing_moves_until_main_reads() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_2-3-the-full-pipe"));
    let lines: Vec<_> = stdout.lines().take(3).map(numbers).collect();
    let [early, late, end] = &lines[..] else { panic!("{stdout}") };
    // `after 200 ms: 131 KiB sent`
    assert_eq!(early[1], late[1], "{stdout}");
    assert!(early[1] < end[0] && end[0] == end[1], "{stdout}");

    let rooms = ["room in the child's pipe", "room in the parent's pipe"];
    for room in rooms {
        let mut tracks = recording.tracks.iter();
        let stuck = tracks
            .any(|track| waited_for(track, room) > Duration::from_millis(150));
        assert!(stuck, "nothing waits for {room}");
    }
}

#[test]
fn four_processes_wait_at_the_same_time() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_2-4-pool-of-workers"));
    assert!(stdout.ends_with("24 pages, 4 at once\n"), "{stdout}");
    assert_eq!(processes(&recording).len(), 5);
    assert_eq!(recording.peak_in_flight(), 4);
    assert_eq!(died(&recording).count(), 0);
}

#[test]
fn a_page_that_kills_is_given_up_after_three_tries() {
    for _ in 0..3 {
        let (recording, stdout) =
            run(env!("CARGO_BIN_EXE_2-5-a-page-that-kills"));
        for n in 1..=3 {
            let line = format!("/20, try {n}: died of signal Some(6)");
            assert_eq!(stdout.matches(&line).count(), 1, "{stdout}");
        }
        assert!(stdout.ends_with("24 pages, 26 requests\n"), "{stdout}");
        let ends: Vec<_> = died(&recording).map(|(_, how)| how).collect();
        assert_eq!(ends, ["signal: 6 (SIGABRT)"; 3]);
        // Ours, four workers, and one in the place of each that died. The last
        // of those may have had nothing to do, and so nothing to record.
        let count = processes(&recording).len();
        assert!((7..=8).contains(&count), "{count}");
    }
}

#[test]
fn a_child_that_was_killed_is_a_zombie_until_it_is_waited_for() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_2-6-kill-and-reap"));
    for line in [
        "at the deadline, ps says \"S\"\n",
        "after the kill, ps says \"Z\"\n",
        "after the wait, ps says \"\": signal Some(9)\n",
    ] {
        assert!(stdout.contains(line), "{stdout}");
    }
    let ends: Vec<_> = died(&recording).collect();
    let [(track, how)] = ends[..] else { panic!("{stdout}") };
    assert_eq!(how, "signal: 9 (SIGKILL)");
    let last = track.spans.last().expect(&stdout);
    assert_eq!(last.state, State::Zombie);
    assert!(last.to - last.from >= Duration::from_millis(300), "{last:?}");
    // The kill is between these two.
    let main = recording.tracks.iter().find(|track| track.name == "main");
    for wait in ["the deadline", "its end"] {
        let waited = waited_for(main.expect(&stdout), wait);
        assert!(waited >= Duration::from_millis(300), "{wait}: {waited:?}");
    }
}

#[test]
fn both_ways_of_counting_lose_nothing() {
    for _ in 0..3 {
        let (_, stdout) = run(env!("CARGO_BIN_EXE_2-7-shared-memory"));
        for (line, how) in stdout.lines().zip(["in memory: ", "by messages: "])
        {
            let is_right = line.starts_with(how)
                && line.ends_with(" each, 200000 counted");
            assert!(is_right, "{stdout}");
        }
    }
}

#[test]
fn processes_compute_on_all_cores() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_2-8-computing-without-sharing"));
    let cores = std::thread::available_parallelism().unwrap().get() as u64;
    assert_eq!(numbers(stdout.lines().next().unwrap()), [cores]);
    let mut rows = Vec::new();
    for line in stdout.lines().skip(1).take(4) {
        // `processes: 2, elapsed 306ms, CPU 608ms`
        let [processes, elapsed, cpu] = line.split(',').collect::<Vec<_>>()[..]
        else {
            panic!("{stdout}")
        };
        let processes = numbers(processes)[0];
        let at_best = parse_time(cpu) / processes.min(cores) as u32;
        assert!(
            parse_time(elapsed) > at_best * 9 / 10,
            "{processes}: {stdout}"
        );
        rows.push(processes);
    }
    assert_eq!(rows, [1, 2, 4, 8]);
    assert_eq!(processes(&recording).len(), 1 + 1 + 2 + 4 + 8);
    // Each lives at the same time as others, except the one of the first row.
    let children = recording.tracks.iter().filter(|it| it.name != "main");
    let lives: Vec<_> =
        children.filter(|it| it.kind != "site").map(Track::life).collect();
    let alone = lives.iter().filter(|a| {
        let meet = |b: &&(_, _)| a.0 < b.1 && b.0 < a.1;
        lives.iter().filter(meet).count() == 1
    });
    assert_eq!(alone.count(), 1, "{lives:?}");
}

#[test]
fn a_process_costs_more_than_a_thread() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_2-9-what-a-process-costs"));
    assert_eq!(processes(&recording).len(), 1, "idle ones record nothing");
    let line = |start: &str| {
        let line = stdout.lines().find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("no {start}: {stdout}")).to_owned()
    };
    let thread = parse_time(&line("to start a thread"));
    let process = parse_time(&line("to start a process"));
    assert!(process > thread, "{stdout}");
    if cfg!(target_os = "linux") {
        let kept = line("to keep one");
        let kept = numbers(kept.split_once(':').unwrap().1);
        assert!(kept[1] > 0 && kept[1] < kept[0], "{stdout}");
    }
}

#[test]
fn a_message_has_a_price_on_every_way() {
    let (_, stdout) = run(env!("CARGO_BIN_EXE_2-10-what-a-message-costs"));
    for way in ["by channels", "by pipes"] {
        let line = stdout.lines().find(|line| line.starts_with(way));
        assert!(parse_time(line.expect(way)) > Duration::ZERO, "{stdout}");
    }
}

#[test]
fn a_side_that_is_busy_waiting_does_not_sleep() {
    let (_, stdout) = run(env!("CARGO_BIN_EXE_2-11-busy-waiting"));
    let line = |start: &str| {
        let line = stdout.lines().find(|line| line.starts_with(start));
        line.expect(&stdout).to_owned()
    };
    // `CPU time in 403ms of that: 799ms`
    let passed = line("CPU time in ");
    let (passed, used) = passed.split_once(" of that: ").expect(&stdout);
    let (passed, used) = (parse_time(passed), parse_time(used));
    assert!(used > Duration::ZERO, "{stdout}");
    // A side that sleeps in each turn does so twice in each.
    let turns = passed.as_nanos() / parse_time(&line("by memory")).as_nanos();
    let sleeps = u128::from(numbers(&line("sleeps of "))[0]);
    if cfg!(target_os = "linux") {
        assert!(sleeps < turns / 10 + 30, "{turns} turns: {stdout}");
    }
}

#[test]
fn a_fetch_that_fails_ends_a_step_with_a_sentence() {
    let mut step =
        Command::new(env!("CARGO_BIN_EXE_2-8-computing-without-sharing"));
    // No page is here before its fetch gives up.
    step.args(["--latency", "60000"]);
    let ran = watchdog::run(&mut step, Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(ran.status.code(), Some(1), "{}", ran.stdout);
    assert_eq!(ran.stderr, "Error: timed out\n");
}

/// Each process holds the pipe that is read here, so the pipe ends when the
/// last process does.
#[test]
fn a_step_whose_output_is_not_read_leaves_no_child() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let step = env!("CARGO_BIN_EXE_2-6-kill-and-reap");
    let began = Instant::now();
    let ran = Command::new(step).stdout(writer).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stderr), "");
    assert_eq!(ran.status.code(), Some(0));
    let elapsed = began.elapsed();
    assert!(elapsed < Duration::from_secs(30), "{elapsed:?}");
}
