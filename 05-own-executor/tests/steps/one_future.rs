//! One future, from the first poll by hand to the thread that sleeps.

use super::{lane, number_after, run, runs};

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
    assert!(pending >= 2, "{stdout}");
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
    let polls = stdout.lines().filter(|line| line.starts_with("of "));
    let polls: Vec<_> = polls.collect();
    let size = number_after(polls[0], "of ");
    assert!(number_after(polls[0], "to byte ") < size, "{stdout}");
    assert!(polls.len() >= 2 && polls.iter().all(|it| it == &polls[0]));

    let (_, by_hand) = stdout.split_once("two by hand:").unwrap();
    let reads = by_hand.lines().filter_map(|line| {
        let (whose, read) = line.trim().split_once(" would read ")?;
        Some(whose == read)
    });
    assert!(reads.eq([true, true, false, false]), "{stdout}");
}
