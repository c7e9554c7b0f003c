//! One future, from the first poll by hand to the thread that sleeps.

use super::{lane, number_after, run, runs, time_after};
use std::time::Duration;
use timeline::State;

#[test]
fn a_future_does_nothing_before_its_first_poll() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_5-1-a-future-by-hand"));
    let future = lane(&recording, "future 1");
    let thread = lane(&recording, "thread 1");
    let polls = runs(future);
    let begins = thread.life().0;
    assert!(begins >= polls[0].from, "{begins:?} in {polls:?}");

    // All polls but the last are pending, and none comes after that.
    let pending = stdout.matches(": pending").count();
    assert!(pending >= 1, "{stdout}");
    assert_eq!(polls.len(), pending + 1, "{stdout}");
    assert!(stdout.contains(&format!("poll {}: ready, /1: ", polls.len())));
    // The last one is the first after the page is there.
    let ends = thread.life().1;
    let late = polls.iter().filter(|poll| poll.from > ends).count();
    assert!(late <= 1, "{ends:?} in {polls:?}");
}

#[test]
fn a_reference_leads_elsewhere_if_only_its_future_moves() {
    let (_, stdout) = run(env!("CARGO_BIN_EXE_5-2-it-must-not-move"));
    // Each poll finds it in the same byte, within the future.
    let polls = stdout.lines().filter(|line| line.starts_with("of its "));
    let polls: Vec<_> = polls.collect();
    let size = number_after(polls[0], "of its ");
    assert!(number_after(polls[0], "leads to byte ") < size, "{stdout}");
    assert!(polls.iter().all(|it| it == &polls[0]), "{stdout}");

    let (_, by_hand) = stdout.split_once("two by hand:").unwrap();
    let reads = by_hand.lines().filter_map(|line| {
        let (whose, read) = line.trim().split_once(" would read ")?;
        Some(whose == read)
    });
    assert!(reads.eq([true, true, false, false]), "{stdout}");
}

#[test]
fn polling_without_a_pause_keeps_a_core_busy() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_5-3-poll-until-ready"));
    // On a machine that does other things as well, it gets a part of a core.
    assert!(number_after(&stdout, "polls: ") > 1_000, "{stdout}");
    assert!(time_after(&stdout, ", CPU ") > Duration::from_millis(5));
    let future = lane(&recording, "future 1");
    assert_eq!(runs(future).len(), 1, "it never waits");
}

#[test]
fn the_wake_up_is_lost_in_every_run() {
    for _ in 0..5 {
        let (recording, stdout) =
            run(env!("CARGO_BIN_EXE_5-4-the-lost-wake-up"));
        let future = lane(&recording, "future 1");
        assert_eq!(runs(future).len(), 1, "{stdout}");
        assert_eq!(future.spans.last().unwrap().state, State::Lost);
        assert!(!stdout.contains(" bytes in "), "{stdout}");
        for sentence in [
            "future 1 is ready, and its thread sleeps: a lost wake-up",
            "executor waits for condvar 1, which thread 1 notified last, \
             before that wait began",
        ] {
            assert!(stdout.contains(sentence), "{stdout}");
        }
    }
}

#[test]
fn a_flag_keeps_the_wake_up_and_the_thread_does_not_spin() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_5-5-a-flag-keeps-it"));
    assert_eq!(stdout.matches(" bytes in ").count(), 2, "{stdout}");
    // Two pages, so two wake-ups, and the poll that began it all.
    assert_eq!(number_after(&stdout, "polls: "), 3, "{stdout}");
    let future = lane(&recording, "future 1");
    assert_eq!(runs(future).len(), 3);
    // Each time it was woken before its thread would have slept.
    let executor = lane(&recording, "executor");
    let sleeps = executor.spans.iter().filter(|it| it.state.waits());
    assert_eq!(sleeps.count(), 0, "{stdout}");
    assert!(time_after(&stdout, ", CPU ") < Duration::from_millis(20));
}
