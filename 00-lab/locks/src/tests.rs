//! Tests of the recorded locks.

use super::{Condvar, Mutex, shorten_name};
use std::sync::TryLockError;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

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
fn to_be_notified_again_and_again_makes_a_wait_no_longer() {
    let (mutex, condvar) = (Mutex::new(()), Condvar::new());
    let (limit, patience) =
        (Duration::from_millis(200), Duration::from_secs(9));
    let (start, is_over) = (Instant::now(), AtomicBool::new(false));
    thread::scope(|s| {
        s.spawn(|| {
            while !is_over.load(Relaxed) && start.elapsed() < patience {
                condvar.notify_all();
                thread::yield_now();
            }
        });
        let guard = mutex.lock().unwrap();
        let (_, ended) =
            condvar.wait_timeout_while(guard, limit, |()| true).unwrap();
        is_over.store(true, Relaxed);
        assert!(ended.timed_out());
    });
    let time = start.elapsed();
    assert!(time >= limit && time < patience, "{time:?}");
}

#[test]
fn a_lock_is_called_by_what_is_in_it() {
    assert_eq!(shorten_name("lab::frontier::Frontier"), "Frontier");
    assert_eq!(shorten_name("()"), "lock");
    assert_eq!(
        shorten_name("alloc::vec::Vec<core::option::Option<url::Url>>"),
        "Vec<Option<Url>>",
    );
}
