//! From the trampoline to stacks of their own.

use super::{assert_one_runs_at_a_time, lane, run, runs, waits};
use timeline::Recording;

/// The number in front of these words.
fn number_before(stdout: &str, words: &str) -> u64 {
    let (before, _) = stdout.split_once(words).expect(stdout);
    let word = before.split_whitespace().next_back().expect(stdout);
    word.parse().expect(stdout)
}

/// Eight pages are fetched at once, on one thread, and the loop is the only one
/// that waits: for all of them.
fn assert_eight_at_once(recording: &Recording, stdout: &str) {
    let pages = stdout.lines().filter(|line| line.contains(" bytes in "));
    assert_eq!(pages.count(), 8, "{stdout}");
    assert_eq!(recording.peak_in_flight(), 8, "{stdout}");
    assert_eq!(recording.of_kind("socket").count(), 8, "{stdout}");
    assert_one_runs_at_a_time(recording, "socket");
    assert!(waits(lane(recording, "main")).contains(&"any of them"));
}

#[test]
fn a_trampoline_resumes_what_waits_and_the_waits_overlap() {
    let step = env!("CARGO_BIN_EXE_4-7-trampoline");
    let (recording, stdout) = run(step);
    assert_eight_at_once(&recording, &stdout);
    // Resumed when there is something to read, and not in between: the page
    // comes in one piece, or perhaps in two.
    for socket in recording.of_kind("socket") {
        let runs = runs(socket).len();
        assert!((1..=3).contains(&runs), "{}: {runs}\n{stdout}", socket.name);
    }
}

#[test]
fn a_pause_two_calls_deep_keeps_all_of_them_in_one_value() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_4-8-yield-from"));
    assert_eight_at_once(&recording, &stdout);
    let kept = number_before(&stdout, " bytes while it pauses");
    let (_, stdout) = run(env!("CARGO_BIN_EXE_4-7-trampoline"));
    let in_one_call = number_before(&stdout, " bytes while it pauses");
    // A buffer, and not much around it.
    assert!(kept > in_one_call && in_one_call > 4096, "{stdout}");
    assert!(kept < in_one_call + 1000, "{stdout}");
}

#[test]
fn a_greenlet_pauses_deep_in_a_recursion_and_gives_frames_back() {
    let step = env!("CARGO_BIN_EXE_4-9-a-stack-of-its-own");
    let (recording, stdout) = run(step);
    // The bytes in use belong to the depth, whatever came before.
    let mut of_depth = [None; 4];
    let lines: Vec<_> = stdout.lines().collect();
    let pauses = lines.windows(2).filter_map(|two| {
        let (_, depth) = two[0].split_once("call depth ")?;
        let bytes = number_before(two[1], " bytes of its stack");
        Some((depth.parse::<usize>().expect(&stdout), bytes))
    });
    let pauses: Vec<_> = pauses.collect();
    assert_eq!(pauses.len(), 7, "{stdout}");
    for (depth, bytes) in pauses {
        let known = of_depth[depth].get_or_insert(bytes);
        assert_eq!(*known, bytes, "{stdout}");
    }
    let [_, Some(one), Some(two), Some(three)] = of_depth else {
        panic!("{stdout}")
    };
    assert!(0 < one && one < two, "{stdout}");
    assert_eq!(three - two, two - one, "{stdout}");
    // It fetches in its own lane, and pauses in between.
    let waits = waits(lane(&recording, "greenlet 1"));
    assert_eq!(waits.iter().filter(|it| it.starts_with('/')).count(), 7);
    assert_eq!(waits.iter().filter(|it| **it == "its turn").count(), 7);
    assert_eq!(recording.peak_in_flight(), 1);
}

#[test]
fn an_overflow_is_silent_without_a_guard_and_named_by_the_library() {
    let (_, stdout) = run(env!("CARGO_BIN_EXE_4-10-overflow"));
    let parts: Vec<_> = stdout.split("\non a small stack").collect();
    let [on_main, bare, guarded, library] = parts[..] else {
        panic!("{stdout}")
    };
    let sum = on_main.lines().nth(1).expect(&stdout);
    assert!(bare.contains(sum), "the answer is right all the same: {stdout}");
    assert!(number_before(bare, " bytes of others") > 0, "{stdout}");

    for part in [guarded, library] {
        assert!(!part.contains(sum), "{stdout}");
    }
    let signal = |part: &str| {
        let (_, rest) = part.split_once("ended by signal ").expect(&stdout);
        let number = rest.split_whitespace().next().expect(&stdout);
        number.parse::<i32>().expect(&stdout)
    };
    assert!([libc::SIGSEGV, libc::SIGBUS].contains(&signal(guarded)));
    assert_eq!(signal(library), libc::SIGABRT, "{stdout}");
    let sentence = "greenlet `sums` has overflowed its stack of 16 KiB";
    assert!(library.contains(sentence), "{stdout}");
}

#[test]
fn code_of_std_pauses_and_a_backtrace_shows_who_asked() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_4-11-nobody-knows"));
    assert_eight_at_once(&recording, &stdout);
    let (_, callers) = stdout.split_once("where it goes on:\n").expect(&stdout);
    let callers: Vec<_> = callers.lines().map(str::trim).collect();
    let expected = [
        "read",
        "std's fill_buf",
        "std's read_until",
        "fetch",
        "a closure of main",
    ];
    assert_eq!(callers, expected, "{stdout}");
}

#[test]
fn an_enum_keeps_least_and_a_greenlet_at_least_a_page() {
    let step = env!("CARGO_BIN_EXE_4-12-one-helper-three-ways");
    let (_, stdout) = run(step);
    assert_eq!(stdout.matches("    Ada of London\n").count(), 3, "{stdout}");
    let bytes = ["enums", "generators", "greenlets"].map(|kind| {
        let (_, rest) = stdout.split_once(&format!("{kind}: ")).expect(&stdout);
        number_before(rest, " bytes each")
    });
    let [enums, generators, greenlets] = bytes;
    // Not less than it is, but for what was there before.
    assert!((40..100).contains(&enums), "{stdout}");
    assert!(2 * enums < generators && generators < 1000, "{stdout}");
    assert!((4096..8192).contains(&greenlets), "{stdout}");
}

#[test]
fn a_server_waits_for_a_slow_client_and_answers_the_others_meanwhile() {
    // On a machine that is busy the slow one may be given up. So it has three
    // tries.
    let mut runs_of_it = (0..3).map(|_| run(env!("CARGO_BIN_EXE_4-13-serve")));
    let ran = runs_of_it.find(|(_, it)| it.matches(" 200 OK").count() == 4);
    let (recording, stdout) = ran.expect("four of six are answered");
    for kind in ["quick 1", "quick 2", "quick 3", "slow 1"] {
        let answered = format!("\n{kind}: HTTP/1.1 200 OK\n");
        assert!(stdout.contains(&answered), "{stdout}");
    }
    assert!(stdout.contains("\nsilent 1: no answer\n"), "{stdout}");
    let given_up: Vec<_> = stdout
        .lines()
        .filter_map(|line| line.split_once("gives a client up: "))
        .map(|(_, why)| why)
        .collect();
    assert_eq!(given_up, ["unexpected end of file", "timed out"], "{stdout}");

    // The quick ones have gone before the slow one has said what it wants.
    let end = |name| runs(lane(&recording, name)).last().expect(name).to;
    for quick in ["quick 1", "quick 2", "quick 3"] {
        assert!(end(quick) < end("slow 1"), "{stdout}");
    }
    assert!(end("slow 1") < end("silent 1"), "{stdout}");
    assert_eq!(recording.of_kind("thread").count(), 1);
    assert!(stdout.contains("saw 4 requests for 4 pages"), "{stdout}");
}
