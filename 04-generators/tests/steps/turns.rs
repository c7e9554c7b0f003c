//! The first half: what pauses, and takes turns.

use super::{assert_one_runs_at_a_time, lane, run, runs, waits};
use std::time::Duration;
use trials::watchdog::parse_time;

/// The pages that are printed, in their order.
fn pages(stdout: &str) -> Vec<&str> {
    let lines = stdout.lines().filter(|line| line.contains(" bytes in "));
    lines.filter_map(|line| Some(line.split_once(": ")?.0)).collect()
}

/// The number that follows these words.
fn number_after(stdout: &str, words: &str) -> usize {
    let (_, rest) = stdout.split_once(words).expect(stdout);
    rest.split_whitespace().next().expect(stdout).parse().expect(stdout)
}

#[test]
fn an_iterator_goes_on_in_another_thread_from_where_it_paused() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_4-1-an-iterator-pauses"));
    let pages = pages(&stdout);
    assert!(stdout.starts_with("it is made, and has asked for nothing\n"));
    assert!(stdout.contains("saw 4 requests for 4 pages, 1 at once"));

    // Two in each thread. `main` waits for the other thread after its two.
    let [main, thread] = ["main", "thread 1"].map(|it| lane(&recording, it));
    let (main, thread) = (waits(main), waits(thread));
    assert_eq!(main, [pages[0], pages[1], "thread 1"], "{stdout}");
    assert_eq!(thread, [pages[2], pages[3]], "{stdout}");
}

#[test]
fn what_lives_across_a_pause_is_in_the_value() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_4-2-the-compiler-writes-it"));
    assert_eq!(pages(&stdout), waits(lane(&recording, "main")), "{stdout}");
    assert_eq!(pages(&stdout).len(), 4, "{stdout}");

    // A URL, a page and two links do not fit into less.
    let whole = number_after(&stdout, "it is made: ");
    let held = size_of::<lab::Page>() + 2 * size_of::<lab::Url>();
    assert!(whole >= held, "{stdout}");
    let across = number_after(&stdout, "a buffer across a pause: ");
    let before = number_after(&stdout, "a buffer before a pause: ");
    assert!(before < 100 && across >= before + 4096, "{stdout}");
}

#[test]
fn a_crawl_is_sent_pages_and_an_error_and_fetches_nothing() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_4-3-send-values-in"));
    let lines: Vec<_> = stdout.lines().take(5).collect();
    assert!(lines[2].ends_with(": timed out"), "{stdout}");
    assert_eq!(pages(&stdout).len(), 4, "{stdout}");
    // The one that timed out was not fetched at all.
    assert_eq!(pages(&stdout), waits(lane(&recording, "main")), "{stdout}");
    assert!(stdout.contains("saw 4 requests for 4 pages, 1 at once"));

    let crawl = lane(&recording, "generator 1");
    assert_eq!(waits(crawl), ["a page"; 6], "{stdout}");
    assert_one_runs_at_a_time(&recording, "generator");
}

#[test]
fn tasks_take_turns_until_each_has_no_more_to_do() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_4-4-round-robin"));
    let pieces = stdout.lines().take_while(|it| it.contains("piece"));
    let whose: Vec<_> = pieces.map(|it| it.split(':').next()).collect();
    let expected = [0, 1, 2, 0, 1, 2, 0, 2, 0, 2, 0, 0];
    let expected = expected.map(|n| Some(["/", "/1", "/2"][n]));
    assert_eq!(whose, expected, "{stdout}");

    assert_one_runs_at_a_time(&recording, "task");
    // Its pieces, and what is left after the last pause.
    for (name, turns) in [("task 1", 6), ("task 2", 2), ("task 3", 4)] {
        let count = runs(lane(&recording, name)).len();
        assert!((turns..=turns + 1).contains(&count), "{name}: {count}");
    }
}

#[test]
fn tasks_that_sleep_wait_together_in_one_thread() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_4-5-with-sleep"));
    assert_eq!(pages(&stdout).len(), 8, "{stdout}");
    assert_eq!(recording.peak_in_flight(), 8);
    assert_one_runs_at_a_time(&recording, "task");
    for task in recording.of_kind("task") {
        // It asks, and then it sleeps each time for long enough.
        let runs = runs(task);
        assert!(runs.len() > 2, "{}: {stdout}", task.name);
        for two in runs.windows(2) {
            // It says during its turn until when it sleeps.
            let apart = two[1].from - two[0].from;
            let nap = Duration::from_millis(5);
            assert!(apart >= nap, "{}: {apart:?}", task.name);
        }
    }
}

#[test]
fn others_have_no_turn_while_one_computes_in_one_piece() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_4-6-one-does-not-cooperate"));
    let (_, late) =
        stdout.split_once("1, others late by ").expect(stdout.as_str());
    let late = parse_time(late.split_whitespace().next().unwrap());
    assert!(late > Duration::from_millis(170), "{stdout}");
    assert_one_runs_at_a_time(&recording, "task");

    // How many turns others had between the first and the last of the work.
    let turns = |work: &str, others: [&str; 2]| {
        let work = runs(lane(&recording, work));
        let time = work[0].from..work.last().unwrap().from;
        let others = others.map(|it| runs(lane(&recording, it)));
        let runs = others.iter().flatten();
        runs.filter(|run| time.contains(&run.from)).count()
    };
    // After its only piece it runs once more, to its end: before that each of
    // the two may have been resumed.
    assert!(turns("task 3", ["task 1", "task 2"]) <= 2, "{stdout}");
    assert!(turns("task 6", ["task 4", "task 5"]) >= 5, "{stdout}");
}
