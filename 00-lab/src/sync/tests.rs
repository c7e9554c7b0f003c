//! Tests of the recorded locks.

use super::{Adversary, Condvar, Mutex, short_name};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Barrier, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// How many of `threads` think that they were the first to see the page.
fn firsts(
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
        assert_eq!(firsts(2, check_then_insert), 2, "round {round}");
        assert!(firsts(8, check_then_insert) >= 2, "round {round}");
    }
}

#[test]
fn under_the_adversary_check_and_insert_is_never_lost() {
    for round in 0..200 {
        assert_eq!(firsts(2, check_and_insert), 1, "two, round {round}");
        assert_eq!(firsts(8, check_and_insert), 1, "eight, round {round}");
    }
}

#[test]
fn under_the_adversary_each_has_one_and_nobody_gets_two() {
    for round in 0..200 {
        let forks = [(); 5].map(Mutex::new);
        let all_have_tried = Barrier::new(5);
        let _adversary = Adversary::each_holds_one(5);
        let got = AtomicUsize::new(0);
        thread::scope(|s| {
            for seat in 0..5 {
                let (forks, got) = (&forks, &got);
                let all_have_tried = &all_have_tried;
                s.spawn(move || {
                    let _left = forks[seat].lock().unwrap();
                    let right = forks[(seat + 1) % 5].try_lock();
                    got.fetch_add(right.is_ok().into(), Relaxed);
                    all_have_tried.wait();
                });
            }
        });
        assert_eq!(got.into_inner(), 0, "round {round}");
    }
}

#[test]
fn under_the_adversary_locks_taken_in_one_order_are_all_taken() {
    for _ in 0..200 {
        let forks = [(); 5].map(Mutex::new);
        let _adversary = Adversary::each_holds_one(5);
        thread::scope(|s| {
            for seat in 0..5 {
                let (forks, other) = (&forks, (seat + 1) % 5);
                s.spawn(move || {
                    let _first = forks[seat.min(other)].lock().unwrap();
                    let _second = forks[seat.max(other)].lock().unwrap();
                });
            }
        });
    }
}

#[test]
fn under_the_adversary_every_other_wait_ends_for_nothing() {
    let (jobs, more, waits) =
        (Mutex::new(0), Condvar::new(), AtomicUsize::new(0));
    let _adversary = Adversary::wakes_for_nothing();
    thread::scope(|s| {
        s.spawn(|| {
            let mut jobs = jobs.lock().unwrap();
            while *jobs == 0 {
                waits.fetch_add(1, Relaxed);
                jobs = more.wait(jobs).unwrap();
            }
        });
        while waits.load(Relaxed) < 2 {
            thread::yield_now();
        }
        *jobs.lock().unwrap() = 1;
        more.notify_one();
    });
    assert_eq!(waits.into_inner(), 2);
}

/// What a thread finds after a wait that `wake` has ended.
fn found_by_the_woken(wake: impl FnOnce(&Mutex<u32>, &Condvar)) -> u32 {
    let (jobs, more) = (Mutex::new(0), Condvar::new());
    let has_the_lock = Barrier::new(2);
    let _adversary = Adversary::among(2);
    thread::scope(|s| {
        let waits = s.spawn(|| {
            let jobs = jobs.lock().unwrap();
            has_the_lock.wait();
            *more.wait(jobs).unwrap()
        });
        has_the_lock.wait();
        // It lets go of it by its wait.
        drop(jobs.lock());
        wake(&jobs, &more);
        waits.join().unwrap()
    })
}

#[test]
fn under_the_adversary_whoever_is_notified_comes_last() {
    for round in 0..50 {
        let found = found_by_the_woken(|jobs, more| {
            let mut new = jobs.lock().unwrap();
            *new = 1;
            more.notify_one();
            drop(new);
            *jobs.lock().unwrap() = 0;
        });
        assert_eq!(found, 0, "round {round}");
    }
}

#[test]
fn under_the_adversary_it_is_too_late_to_change_what_was_notified() {
    for round in 0..200 {
        let found = found_by_the_woken(|jobs, more| {
            more.notify_one();
            *jobs.lock().unwrap() = 1;
        });
        assert_eq!(found, 0, "notified before, round {round}");
        let found = found_by_the_woken(|jobs, more| {
            *jobs.lock().unwrap() = 1;
            more.notify_one();
        });
        assert_eq!(found, 1, "notified afterwards, round {round}");
    }
}

#[test]
fn the_adversary_expects_nothing_of_those_who_sleep() {
    let began = Instant::now();
    found_by_the_woken(|jobs, more| {
        for _ in 0..500 {
            *jobs.lock().unwrap() += 1;
        }
        more.notify_one();
    });
    // Each time 20 ms would be ten seconds.
    assert!(began.elapsed() < Duration::from_secs(5));
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
fn a_panic_under_the_lock_poisons_it_as_in_std() {
    let mutex = Mutex::new(1);
    let died = thread::scope(|s| {
        let thread = s.spawn(|| {
            let _guard = mutex.lock().unwrap();
            panic!("while it is locked, on purpose");
        });
        thread.join()
    });
    assert!(died.is_err());
    assert!(mutex.is_poisoned());
    assert_eq!(*mutex.lock().unwrap_err().into_inner(), 1);
    assert!(matches!(mutex.try_lock(), Err(TryLockError::Poisoned(_))));
    mutex.clear_poison();
    assert!(mutex.lock().is_ok());
}

#[test]
fn a_lock_that_is_held_is_not_taken_twice() {
    let mutex = Mutex::new(());
    let guard = mutex.try_lock().unwrap();
    assert!(matches!(mutex.try_lock(), Err(TryLockError::WouldBlock)));
    drop(guard);
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn a_wait_ends_by_itself_when_time_is_up() {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    let guard = mutex.lock().unwrap();
    let limit = Duration::from_millis(1);
    let (mut guard, timeout) =
        condvar.wait_timeout_while(guard, limit, |n| *n == 0).unwrap();
    assert!(timeout.timed_out());
    *guard = 1;
    let (guard, timeout) =
        condvar.wait_timeout_while(guard, limit, |n| *n == 0).unwrap();
    assert!(!timeout.timed_out());
    drop(guard);
    assert_eq!(mutex.into_inner().unwrap(), 1);
}

#[test]
fn a_lock_is_called_by_what_is_in_it() {
    assert_eq!(short_name("lab::frontier::Frontier"), "Frontier");
    assert_eq!(short_name("()"), "lock");
    assert_eq!(
        short_name("alloc::vec::Vec<core::option::Option<url::Url>>"),
        "Vec<Option<Url>>",
    );
}
