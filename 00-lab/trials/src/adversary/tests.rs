//! The adversary overtakes what can be overtaken, and nothing hangs by it.

use super::Adversary;
use lab::sync::{Condvar, Mutex};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// Counts the threads that take themselves for the first to see the page.
fn count_firsts(
    threads: usize,
    first: impl Fn(&Mutex<HashSet<u8>>) -> bool + Sync,
) -> usize {
    let seen = Mutex::new(HashSet::new());
    let firsts = AtomicUsize::new(0);
    let _adversary = Adversary::among(threads);
    thread::scope(|s| {
        for _ in 0..threads {
            s.spawn(|| firsts.fetch_add(first(&seen).into(), Relaxed));
        }
    });
    firsts.into_inner()
}

fn check_then_insert(seen: &Mutex<HashSet<u8>>) -> bool {
    if seen.lock().unwrap().contains(&3) {
        return false;
    }
    seen.lock().unwrap().insert(3);
    true
}

fn check_and_insert(seen: &Mutex<HashSet<u8>>) -> bool {
    seen.lock().unwrap().insert(3)
}

#[test]
fn under_the_adversary_check_then_insert_is_lost_every_time() {
    for round in 0..200 {
        assert_eq!(count_firsts(2, check_then_insert), 2, "round {round}");
        assert!(count_firsts(8, check_then_insert) >= 2, "round {round}");
    }
}

#[test]
fn under_the_adversary_check_and_insert_is_never_lost() {
    for round in 0..200 {
        assert_eq!(count_firsts(2, check_and_insert), 1, "two, round {round}");
        assert_eq!(
            count_firsts(8, check_and_insert),
            1,
            "eight, round {round}"
        );
    }
}

#[test]
fn the_adversary_does_not_wait_for_ever() {
    // Three are expected, one comes, and it has other things to do.
    let _adversary = Adversary::among(3);
    let mutex = Mutex::new(0);
    let began = Instant::now();
    for _ in 0..5 {
        *mutex.lock().unwrap() += 1;
    }
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn the_adversary_expects_nothing_of_threads_that_sleep() {
    let began = Instant::now();
    let pair = Arc::new((Mutex::new(0), Condvar::new()));
    let adversary = Adversary::among(2);
    let other = Arc::clone(&pair);
    let waits = thread::spawn(move || {
        let guard = other.0.lock().unwrap();
        drop(other.1.wait_while(guard, |n| *n < 500).unwrap());
    });
    for _ in 0..500 {
        *pair.0.lock().unwrap() += 1;
    }
    pair.1.notify_one();
    drop(adversary);
    waits.join().unwrap();
    // To be held up for 20 ms each time would take ten seconds.
    assert!(began.elapsed() < Duration::from_secs(5));
}
