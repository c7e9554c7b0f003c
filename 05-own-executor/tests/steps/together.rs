//! What tasks use to live with one another.

use super::{numbers_after, run};
use std::time::Duration;
use timeline::{Recording, State};
use trials::twin;

#[test]
fn what_is_slow_makes_what_is_fast_wait() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_5-13-back-pressure"));
    let parts: Vec<_> = stdout.split("permits ").collect();
    let [_, without, with] = parts[..] else { panic!("{stdout}") };
    let waited =
        |part| numbers_after(part, "  waited to be stored, at most: ")[0];
    assert!(waited(without) > 3, "{stdout}");
    // Two that have a permit, and one in the channel.
    assert!(waited(with) <= 3, "{stdout}");
    // Eight that fetch, and two that store, twice.
    for (first, permits) in [(1, 8), (11, 2)] {
        let mut part = recording.clone();
        let names: Vec<_> =
            (first..first + 10).map(|n| format!("task {n}")).collect();
        part.tracks.retain(|track| names.contains(&track.name));
        let is_page = |state: &State| {
            state.what().is_some_and(|what| what.starts_with('/'))
        };
        assert_eq!(part.most_at_once(is_page), permits, "{stdout}");
    }

    // Each kind of wait is named.
    let waits: Vec<_> =
        recording.of_kind("task").flat_map(super::waits).collect();
    for what in ["a permit", "room", "the lock", "a value"] {
        assert!(waits.contains(&what), "{what}: {waits:?}");
    }
}

#[test]
fn a_scope_outlives_its_tasks_and_a_forgotten_one_runs_no_more() {
    let step = env!("CARGO_BIN_EXE_5-14-no-task-outlives-it");
    let (recording, stdout) = run(step);
    let sizes = numbers_after(&stdout, "filled by 8 tasks: ");
    assert!(sizes.len() == 8 && sizes.iter().all(|it| *it > 0), "{stdout}");
    let panic = "the task has panicked: one of nine gives up; 8 others are \
                 dropped\n";
    assert!(stdout.contains(panic), "{stdout}");

    let before = numbers_after(&stdout, "turns: ");
    assert!(before.iter().all(|turns| *turns > 1), "{stdout}");
    let after = numbers_after(&stdout, "since it is forgotten: ");
    assert!(after[0] > 0 && after[1] == 0, "{stdout}");

    // Eight that fill, nine of which one panics, and one that is forgotten.
    let children: Vec<_> = recording.of_kind("child").collect();
    assert_eq!(children.len(), 8 + 9 + 1, "{stdout}");
    let forgotten = super::lane(&recording, "child 18");
    let last = super::runs(forgotten).pop().expect("it has run");
    let task = super::lane(&recording, "task 2");
    let later = super::runs(task).into_iter().filter(|it| it.from > last.to);
    assert!(later.count() > 1, "{stdout}");
}

#[test]
fn a_budget_gives_a_neighbour_its_turns_and_nothing_else_does() {
    let step = env!("CARGO_BIN_EXE_5-15-one-never-yields");
    let (recording, stdout) = run(step);
    let turns = |what| numbers_after(&stdout, what)[0];
    // It yields once, at its end.
    assert_eq!(turns("computes  "), 1, "{stdout}");
    assert_eq!(turns("computes, and yields"), 30, "{stdout}");
    assert_eq!(turns("awaits what others made"), 0, "{stdout}");
    // One after each 128 values.
    assert_eq!(turns("awaits what we made"), 10_000 / 128, "{stdout}");
    super::assert_one_runs_at_a_time(&recording, "task");
}

#[test]
fn a_worker_that_is_idle_takes_what_a_long_poll_has_spawned() {
    let step = env!("CARGO_BIN_EXE_5-16-any-worker-takes-it");
    // In each of the two halves eight tasks, a long poll, and what it spawns.
    let is_taken = |recording: &Recording, half: usize| {
        let tasks: Vec<_> =
            recording.of_kind("task").map(super::runs).collect();
        assert_eq!(tasks.len(), 20);
        let [long, spawned] = [8, 9].map(|n| &tasks[10 * half + n][0]);
        spawned.from < long.to
    };
    // If the machine is busy, the kernel may not let the other worker run for
    // as long as the poll takes. So it has three tries.
    let mut runs_of_it = (0..3).map(|_| run(step)).inspect(|(it, stdout)| {
        assert!(!is_taken(it, 0), "{stdout}");
        let moved = "  tasks that went on in another thread: ";
        assert_eq!(numbers_after(stdout, moved), [0], "{stdout}");
        let late = super::time_after(stdout, "has spawned begins after ");
        assert!(late >= Duration::from_millis(40), "{stdout}");
    });
    assert!(runs_of_it.any(|(it, _)| is_taken(&it, 1)), "no worker takes it");
}

#[test]
fn a_stale_number_wakes_nothing() {
    let step = env!("CARGO_BIN_EXE_5-17-the-waker-is-a-number");
    let (_, stdout) = run(step);
    // The executor, the generation, and the place.
    let number_after = |what| -> [u64; 3] {
        let (_, rest) = stdout.split_once(what).expect(&stdout);
        let bits = rest.lines().nth(1).expect(&stdout).split_whitespace();
        let bits = bits.map(|it| u64::from_str_radix(it, 2).expect(&stdout));
        bits.collect::<Vec<_>>().try_into().expect(&stdout)
    };
    let root = number_after("the future of `block_on`:");
    assert_eq!(root[2], (1 << 26) - 1, "{stdout}");
    let [executor, generation, place] = number_after("the first task:");
    assert_eq!(executor, root[0], "{stdout}");
    let next = number_after("the next in its place:");
    assert_eq!(next, [executor, generation + 1, place], "{stdout}");
    assert!(stdout.contains("\nwoken by the first one's number: 1 poll\n"));
    assert!(stdout.contains("\nwoken by its own: 2 polls\n"), "{stdout}");
}

#[test]
fn an_await_of_asyncio_that_need_not_wait_gives_no_turn_to_others() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/fairness.py");
    let Some(stdout) = twin::run_python(script, &[]) else { return };
    let said = "100000 values awaited, 0 turns of the neighbour\n";
    assert_eq!(stdout, said);
}
