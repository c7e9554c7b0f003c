//! Programs small enough to know the answer, and one to compare with.

use super::{End, Step, Turn, all_ends, ends};
use std::collections::BTreeSet;

/// A number, a lock or two, and what each thread has in its registers.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Memory {
    x: u32,
    read: [u32; 3],
    held: [bool; 2],
    printed: String,
}

type Thread = Vec<Step<Memory>>;

fn found(threads: &[Thread]) -> Vec<End<String>> {
    let threads: Vec<_> = threads.iter().map(Vec::as_slice).collect();
    let seen = |memory: &Memory| format!("{}{}", memory.printed, memory.x);
    let slow = ends(&Memory::default(), &threads, seen);
    let quick = all_ends(&Memory::default(), &threads, seen);
    assert!(quick.iter().eq(slow.keys()), "{quick:?}");
    quick.into_iter().collect()
}

fn all(found: &[&str]) -> Vec<End<String>> {
    found.iter().map(|&end| End::All(end.to_owned())).collect()
}

const READ: Step<Memory> = Step::new("r = x", |memory, me| {
    memory.read[me] = memory.x;
    Turn::Next
});

const WRITE: Step<Memory> = Step::new("x = r + 1", |memory, me| {
    memory.x = memory.read[me] + 1;
    Turn::Next
});

const LEAVE_UNLESS_0: Step<Memory> =
    Step::new(
        "x == 0?",
        |memory, _| {
            if memory.x == 0 { Turn::Next } else { Turn::Last }
        },
    );

const SAY: Step<Memory> = Step::new("say", |memory, me| {
    memory.printed.push(['a', 'b', 'c'][me]);
    Turn::Next
});

fn lock<const N: usize>() -> Step<Memory> {
    Step::new("lock", |memory, _| {
        if memory.held[N] {
            return Turn::Blocked;
        }
        memory.held[N] = true;
        Turn::Next
    })
}

fn unlock<const N: usize>() -> Step<Memory> {
    Step::new("unlock", |memory, _| {
        memory.held[N] = false;
        Turn::Next
    })
}

#[test]
fn nothing_comes_to_an_end_at_once() {
    assert_eq!(found(&[]), all(&["0"]));
    assert_eq!(found(&[vec![], vec![]]), all(&["0"]));
}

#[test]
fn an_update_without_a_lock_can_be_lost_and_with_one_it_cannot() {
    let bare = vec![READ, WRITE];
    assert_eq!(found(&[bare.clone(), bare.clone()]), all(&["1", "2"]));
    let threads = [bare.clone(), bare.clone(), bare];
    assert_eq!(found(&threads), all(&["1", "2", "3"]));

    let locked = vec![lock::<0>(), READ, WRITE, unlock::<0>()];
    let threads = [locked.clone(), locked.clone(), locked];
    assert_eq!(found(&threads), all(&["3"]));
}

#[test]
fn of_two_updates_each_both_of_one_can_be_lost_but_never_three() {
    let twice = vec![READ, WRITE, READ, WRITE];
    assert_eq!(found(&[twice.clone(), twice]), all(&["2", "3", "4"]));
}

#[test]
fn a_thread_that_leaves_takes_no_further_step() {
    let thread = vec![LEAVE_UNLESS_0, WRITE, SAY];
    // Alone; or both have looked before one wrote.
    let expected = all(&["a1", "ab1", "b1", "ba1"]);
    assert_eq!(found(&[thread.clone(), thread]), expected);
}

#[test]
fn two_locks_in_two_orders_can_deadlock_and_in_one_order_they_cannot() {
    let end = [SAY, unlock::<0>(), unlock::<1>()];
    let up = [vec![lock::<0>(), lock::<1>()], end.to_vec()].concat();
    let down = [vec![lock::<1>(), lock::<0>()], end.to_vec()].concat();
    let both = all(&["ab0", "ba0"]);
    assert_eq!(found(&[up.clone(), up.clone()]), both);
    let stuck = vec![End::Deadlock("0".to_owned())];
    assert_eq!(found(&[up, down]), [both, stuck].concat());
}

#[test]
fn a_schedule_takes_no_more_switches_than_it_must() {
    let bare = [READ, WRITE];
    let found = ends(&Memory::default(), &[&bare, &bare], |memory| memory.x);
    let turns = |end| found[&end].turns().collect::<Vec<_>>();
    assert_eq!(turns(End::All(2)), [0, 0, 1, 1]);
    assert_eq!(turns(End::All(1)), [0, 1, 1, 0]);
}

#[test]
fn a_schedule_is_drawn_as_the_book_shows_it() {
    let bare = [READ, WRITE];
    let found = ends(&Memory::default(), &[&bare, &bare], |memory| memory.x);
    let drawn = found[&End::All(1)].to_string();
    assert_eq!(drawn, include_str!("lost-update.txt"));
}

#[test]
fn it_finds_as_many_orders_as_there_are() {
    // Six letters, of which the order within each two is fixed: 6! / 2³.
    let threads = [vec![SAY, SAY], vec![SAY, SAY], vec![SAY, SAY]];
    let ends: BTreeSet<_> = found(&threads).into_iter().collect();
    assert_eq!(ends.len(), 90);
}
