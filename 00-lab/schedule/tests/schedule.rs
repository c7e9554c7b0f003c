//! The scheduler finds what goes wrong in rare orders, and finds it again.

use dice::Dice;
use locks::{Condvar, Mutex};
use schedule::{Finding, Schedule, find};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use timeline::cpu_time_of_thread;

/// What goes wrong first in 100 schedules.
fn find_in_100(
    seed: u64,
    scenario: impl Fn(&Schedule) -> Result<(), Finding>,
) -> Option<Finding> {
    find(&mut Dice::new(seed), 100, |schedule, _| scenario(schedule))
}

/// Two threads add 1 each: `in_one` lock, or with one to read and one to write.
fn two_add(schedule: &Schedule, in_one: bool) -> Result<(), Finding> {
    let count = Arc::new(Mutex::new(0));
    for name in ["one", "another"] {
        let count = Arc::clone(&count);
        schedule.spawn(name, move || {
            if in_one {
                *count.lock().unwrap() += 1;
            } else {
                let before = *count.lock().unwrap();
                *count.lock().unwrap() = before + 1;
            }
        });
    }
    schedule.end()?;
    match *count.lock().unwrap() {
        2 => Ok(()),
        n => Err(Finding::new(format!("it is {n}"))),
    }
}

#[test]
fn a_lost_update_is_found_and_one_lock_loses_none() {
    for seed in 0..20 {
        let lost = Some(Finding::new("it is 1"));
        assert_eq!(
            find_in_100(seed, |it| two_add(it, false)),
            lost,
            "seed {seed}"
        );
        assert_eq!(
            find_in_100(seed, |it| two_add(it, true)),
            None,
            "seed {seed}"
        );
    }
}

/// Two threads add 1 each, unless the lock is held.
fn two_try_to_add(schedule: &Schedule) -> Result<(), Finding> {
    let count = Arc::new(Mutex::new(0));
    for name in ["one", "another"] {
        let count = Arc::clone(&count);
        schedule.spawn(name, move || {
            if let Ok(mut count) = count.try_lock() {
                *count += 1;
            }
        });
    }
    schedule.end()?;
    match *count.lock().unwrap() {
        2 => Ok(()),
        n => Err(Finding::new(format!("it is {n}"))),
    }
}

#[test]
fn a_thread_is_held_up_with_its_lock_if_that_is_asked_for() {
    for seed in 0..20 {
        assert_eq!(find_in_100(seed, two_try_to_add), None, "seed {seed}");
        let held_up = find_in_100(seed, |schedule| {
            schedule.hold_up_at_locks();
            two_try_to_add(schedule)
        });
        let refused = Some(Finding::new("it is 1"));
        assert_eq!(held_up, refused, "seed {seed}");
    }
}

/// One thread notes that it is through, without a lock; another takes it that
/// this was done under the lock.
fn a_note_after_the_lock(schedule: &Schedule) -> Result<(), Finding> {
    let (noted, lock) = (Arc::new(AtomicUsize::new(0)), Arc::default());
    let is_through: Arc<Mutex<bool>> = Arc::clone(&lock);
    let note = Arc::clone(&noted);
    schedule.spawn("one", move || {
        *is_through.lock().unwrap() = true;
        note.store(1, Relaxed);
    });
    let agree = schedule.spawn("another", move || {
        *lock.lock().unwrap() == (noted.load(Relaxed) == 1)
    });
    schedule.end()?;
    match agree.join()? {
        true => Ok(()),
        false => Err(Finding::new("not noted yet")),
    }
}

#[test]
fn a_thread_is_held_up_after_its_lock_if_that_is_asked_for() {
    for seed in 0..20 {
        assert_eq!(find_in_100(seed, a_note_after_the_lock), None);
        let held_up = find_in_100(seed, |schedule| {
            schedule.hold_up_at_locks();
            a_note_after_the_lock(schedule)
        });
        let found = Some(Finding::new("not noted yet"));
        assert_eq!(held_up, found, "seed {seed}");
    }
}

/// What two threads, which take five steps each, come to in all schedules of a
/// search: the orders of their steps.
fn orders(seed: u64, schedules: usize, twice: bool) -> BTreeSet<String> {
    let orders = std::sync::Mutex::new(BTreeSet::new());
    find(&mut Dice::new(seed), schedules, |schedule, _| {
        schedule.change_step_by_step(twice);
        let order = Arc::new(std::sync::Mutex::new(String::new()));
        for name in ["a", "b"] {
            let order = Arc::clone(&order);
            schedule.spawn(name, move || {
                for _ in 0..5 {
                    order.lock().unwrap().push_str(name);
                    schedule::step();
                }
            });
        }
        schedule.end()?;
        orders.lock().unwrap().insert(order.lock().unwrap().clone());
        Ok(())
    });
    orders.into_inner().unwrap()
}

#[test]
fn all_orders_of_one_change_or_two_are_tried() {
    // The first thread takes `n` steps, the second `m` steps or all, and then
    // each goes on to its end.
    let order = |[a, b]: [&str; 2], n: usize, m: usize| {
        let (first, second) = (a.repeat(5 - n), b.repeat(5 - m));
        format!("{}{}{first}{second}", a.repeat(n), b.repeat(m))
    };
    for seed in 0..20 {
        let (once, twice) = (orders(seed, 40, false), orders(seed, 120, true));
        for threads in [["a", "b"], ["b", "a"]] {
            for n in 1..=5 {
                let one_change = order(threads, n, 5);
                assert!(once.contains(&one_change), "{seed}: {one_change}");
                for m in 1..=5 {
                    let two_changes = order(threads, n, m);
                    assert!(
                        twice.contains(&two_changes),
                        "{seed}: {two_changes}"
                    );
                }
            }
        }
    }
}

/// Between two waits, both in order, the loop does this.
fn find_between_two_waits(does: fn()) -> Option<Finding> {
    find(&mut Dice::new(1), 400, |schedule, _| {
        let rings = Arc::new(AtomicUsize::new(0));
        let bell = Arc::clone(&rings);
        schedule.spawn("the loop", move || {
            for n in 1..=6 {
                does();
                let bell = Arc::clone(&bell);
                schedule::wait_until(move || bell.load(Relaxed) >= n);
                schedule::look();
                schedule::look();
            }
        });
        for _ in 1..=6 {
            schedule.settle()?;
            rings.fetch_add(1, Relaxed);
        }
        schedule.end()
    })
}

#[test]
fn a_thread_that_sleeps_before_it_waits_does_not_ask_but_sleeps() {
    let found = find_between_two_waits(|| {
        std::thread::sleep(Duration::from_millis(25));
    });
    assert_eq!(found, Some(Finding::Sleeps("the loop".to_owned())));
}

#[test]
fn a_thread_that_spins_for_a_while_before_it_waits_is_found() {
    let found = find_between_two_waits(|| {
        let began = cpu_time_of_thread();
        while cpu_time_of_thread() < began + Duration::from_millis(2) {}
    });
    assert_eq!(found, Some(Finding::Asks("the loop".to_owned())));
}

#[test]
fn a_thread_that_only_looks_asks_again_and_again() {
    let found = find_in_100(1, |schedule| {
        schedule.spawn("the loop", || {
            loop {
                schedule::look();
            }
        });
        schedule.end()
    });
    assert_eq!(found, Some(Finding::Asks("the loop".to_owned())));
}

#[test]
fn a_stranger_that_looks_is_found() {
    let found = find_in_100(1, |schedule| {
        schedule.spawn("one", || {
            let _ = std::thread::spawn(schedule::look).join();
        });
        schedule.end()
    });
    assert_eq!(found, Some(Finding::Stranger));
}

#[test]
fn the_same_seed_gives_the_same_schedules() {
    let run = |seed| {
        let trace = std::sync::Mutex::new(Vec::new());
        find(&mut Dice::new(seed), 30, |schedule, _| {
            let count = Arc::new(Mutex::new(Vec::new()));
            for n in 0..4 {
                let count = Arc::clone(&count);
                schedule.spawn(&n.to_string(), move || {
                    (0..3).for_each(|_| count.lock().unwrap().push(n));
                });
            }
            schedule.end()?;
            trace.lock().unwrap().push(count.lock().unwrap().clone());
            Ok(())
        });
        trace.into_inner().unwrap()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

/// Each of `threads` threads takes the lock with its number, and then the next.
fn two_locks_each(schedule: &Schedule, threads: usize) -> Result<(), Finding> {
    let locks: Vec<_> = (0..threads).map(Mutex::new).collect();
    let locks = Arc::new(locks);
    for n in 0..threads {
        let locks = Arc::clone(&locks);
        schedule.spawn(&n.to_string(), move || {
            let _one = locks[n].lock().unwrap();
            let _next = locks[(n + 1) % threads].lock().unwrap();
        });
    }
    schedule.end()
}

#[test]
fn a_deadlock_is_found_at_once_among_two_or_nine() {
    for threads in 2..10 {
        let began = Instant::now();
        let hangs = find_in_100(1, |it| two_locks_each(it, threads));
        assert_eq!(hangs, Some(Finding::Hangs), "{threads} threads");
        assert!(began.elapsed() < Duration::from_secs(2));
    }
}

/// One thread waits, by `wait`, until the other has changed the value, by
/// `change`.
fn wait_for_change(
    schedule: &Schedule,
    wait: impl FnOnce(&Mutex<bool>, &Condvar) -> bool + Send + 'static,
    change: impl FnOnce(&Mutex<bool>, &Condvar) + Send + 'static,
) -> Result<(), Finding> {
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let other = Arc::clone(&pair);
    let waits = schedule.spawn("waits", move || wait(&other.0, &other.1));
    schedule.spawn("changes", move || change(&pair.0, &pair.1));
    match waits.join()? {
        true => schedule.end(),
        false => Err(Finding::new("it went on too early")),
    }
}

fn wait_in_a_loop(is_so: &Mutex<bool>, changed: &Condvar) -> bool {
    let mut guard = is_so.lock().unwrap();
    while !*guard {
        guard = changed.wait(guard).unwrap();
    }
    true
}

fn wait_once(is_so: &Mutex<bool>, changed: &Condvar) -> bool {
    let mut guard = is_so.lock().unwrap();
    if !*guard {
        guard = changed.wait(guard).unwrap();
    }
    *guard
}

fn change_and_notify(is_so: &Mutex<bool>, changed: &Condvar) {
    *is_so.lock().unwrap() = true;
    changed.notify_one();
}

#[test]
fn a_notify_that_comes_too_early_is_found() {
    let early = |is_so: &Mutex<bool>, changed: &Condvar| {
        changed.notify_one();
        *is_so.lock().unwrap() = true;
    };
    let never = |is_so: &Mutex<bool>, _: &Condvar| {
        *is_so.lock().unwrap() = true;
    };
    for seed in 0..10 {
        assert_eq!(
            find_in_100(seed, |it| wait_for_change(
                it,
                wait_in_a_loop,
                change_and_notify
            )),
            None
        );
        let hangs = Some(Finding::Hangs);
        assert_eq!(
            find_in_100(seed, |it| wait_for_change(it, wait_in_a_loop, early)),
            hangs
        );
        assert_eq!(
            find_in_100(seed, |it| wait_for_change(it, wait_in_a_loop, never)),
            hangs
        );
    }
}

#[test]
fn a_change_between_look_and_wait_is_found() {
    let looks_first = |is_so: &Mutex<bool>, changed: &Condvar| {
        if !*is_so.lock().unwrap() {
            drop(changed.wait(is_so.lock().unwrap()).unwrap());
        }
        true
    };
    for seed in 0..10 {
        let hangs = find_in_100(seed, |it| {
            wait_for_change(it, looks_first, change_and_notify)
        });
        assert_eq!(hangs, Some(Finding::Hangs), "seed {seed}");
    }
}

#[test]
fn a_wait_that_is_not_in_a_loop_is_found() {
    for seed in 0..10 {
        let early = Some(Finding::new("it went on too early"));
        assert_eq!(
            find_in_100(seed, |it| wait_for_change(
                it,
                wait_once,
                change_and_notify
            )),
            early
        );
    }
}

#[test]
fn notify_one_wakes_any() {
    let first = AtomicUsize::new(0);
    let woken = std::sync::Mutex::new([0; 3]);
    find(&mut Dice::new(1), 100, |schedule, _| {
        let pair = Arc::new((Mutex::new(0), Condvar::new()));
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        for n in 0..3 {
            let (pair, order) = (Arc::clone(&pair), Arc::clone(&order));
            schedule.spawn(&n.to_string(), move || {
                let mut left = pair.0.lock().unwrap();
                while *left == 0 {
                    left = pair.1.wait(left).unwrap();
                }
                *left -= 1;
                order.lock().unwrap().push(n);
            });
            schedule.rest()?;
        }
        *pair.0.lock().unwrap() = 1;
        pair.1.notify_one();
        schedule.rest()?;
        let first_of_all = order.lock().unwrap()[0];
        woken.lock().unwrap()[first_of_all] += 1;
        first.fetch_add(1, Relaxed);
        *pair.0.lock().unwrap() = 2;
        pair.1.notify_all();
        schedule.end()
    });
    assert_eq!(first.into_inner(), 100);
    let woken = woken.into_inner().unwrap();
    assert!(woken.iter().all(|&times| times > 10), "{woken:?}");
}

#[test]
fn limits_end_when_nothing_else_can_go_on_and_not_by_the_clock() {
    let with_limit = |limit| {
        move |is_so: &Mutex<bool>, changed: &Condvar| {
            let mut guard = is_so.lock().unwrap();
            while !*guard {
                guard = changed.wait_timeout(guard, limit).unwrap().0;
            }
            true
        }
    };
    let never = |is_so: &Mutex<bool>, _: &Condvar| {
        *is_so.lock().unwrap() = true;
    };
    let began = Instant::now();
    for limit in [1, 50, 3_600_000].map(Duration::from_millis) {
        let none = find_in_100(1, |it| {
            wait_for_change(it, with_limit(limit), change_and_notify)
        });
        assert_eq!(none, None, "{limit:?}");
        let late =
            find_in_100(1, |it| wait_for_change(it, with_limit(limit), never));
        assert_eq!(late, Some(Finding::TimeIsUp("waits".to_owned())));
    }
    assert!(began.elapsed() < Duration::from_secs(30));
}

/// What is found of a wait with this limit, if all rest `rests` times before it
/// is notified.
fn find_with_rests(limit: Duration, rests: usize) -> Option<Finding> {
    find_in_100(1, |schedule| {
        let pair = Arc::new((Mutex::new(false), Condvar::new()));
        let other = Arc::clone(&pair);
        let waits = schedule.spawn("waits", move || {
            let guard = other.0.lock().unwrap();
            let waited = other.1.wait_timeout_while(guard, limit, |it| !*it);
            waited.unwrap().1.timed_out()
        });
        (0..rests).try_for_each(|_| schedule.rest())?;
        *pair.0.lock().unwrap() = true;
        pair.1.notify_one();
        match waits.join()? {
            true => Err(Finding::new("it gave up")),
            false => schedule.end(),
        }
    })
}

#[test]
fn a_limit_may_end_a_wait_while_all_rest() {
    let gives_up = Some(Finding::new("it gave up"));
    assert_eq!(find_with_rests(Duration::from_secs(60), 1), gives_up);
}

#[test]
fn a_limit_of_an_hour_ends_no_wait_however_often_all_rest() {
    assert_eq!(find_with_rests(Duration::from_secs(3600), 20), None);
}

/// What is found if one thread has the lock while another `tries` to take it.
fn find_while_locked(
    tries: impl Fn(&Mutex<bool>) + Send + Copy + 'static,
) -> Option<Finding> {
    find_in_100(1, |schedule| {
        let lock = Arc::new(Mutex::new(false));
        let other = Arc::clone(&lock);
        let guard = lock.lock().unwrap();
        schedule.spawn("tries", move || tries(&other));
        schedule.rest()?;
        drop(guard);
        schedule.end()
    })
}

#[test]
fn a_thread_that_asks_again_and_again_is_found_with_or_without_a_pause() {
    let asks = Some(Finding::Asks("tries".to_owned()));
    assert_eq!(find_while_locked(|lock| drop(lock.lock())), None);
    assert_eq!(
        find_while_locked(|lock| while lock.try_lock().is_err() {}),
        asks
    );
    let pauses = find_while_locked(|lock| {
        while lock.try_lock().is_err() {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    assert_eq!(pauses, asks);
}

#[test]
fn two_threads_that_give_way_to_each_other_for_ever_are_found() {
    let asks = find_in_100(1, |schedule| {
        let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
        let guards = [0, 1].map(|n| locks[n].lock().unwrap());
        for n in 0..2 {
            let locks = Arc::clone(&locks);
            schedule.spawn(&n.to_string(), move || {
                while locks[n].try_lock().is_err() {}
            });
        }
        schedule.rest()?;
        drop(guards);
        schedule.end()
    });
    assert!(matches!(asks, Some(Finding::Asks(_))), "{asks:?}");
}

#[test]
fn a_thread_that_computes_for_ever_or_sleeps_is_found() {
    let spins = find_while_locked(|lock| {
        // Nothing that the scheduler knows of.
        while !lock.is_poisoned() {
            std::hint::spin_loop();
        }
    });
    assert_eq!(spins, Some(Finding::Asks("tries".to_owned())));
    let sleeps = find_while_locked(|_| {
        loop {
            std::thread::sleep(Duration::from_secs(1));
        }
    });
    assert_eq!(sleeps, Some(Finding::Sleeps("tries".to_owned())));
}

#[test]
fn a_thread_that_the_schedule_did_not_start_is_noticed() {
    let stranger = find_while_locked(|lock| {
        std::thread::scope(|scope| {
            scope.spawn(|| lock.try_lock().is_ok());
        });
    });
    assert_eq!(stranger, Some(Finding::Stranger));
}

#[test]
fn a_panic_is_found_with_its_text() {
    let panics = find_in_100(1, |schedule| {
        schedule.spawn("one", || panic!("on purpose"));
        schedule.end()
    });
    let expected = Finding::Panics("one".to_owned(), "on purpose".to_owned());
    assert_eq!(panics, Some(expected));
}

#[test]
fn a_thread_that_waits_until_something_is_so_goes_on_then() {
    let none = find_in_100(1, |schedule| {
        let count = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&count);
        let waits = schedule.spawn("waits", move || {
            let is_two = Arc::clone(&seen);
            schedule::wait_until(move || is_two.load(Relaxed) == 2);
            seen.load(Relaxed)
        });
        for name in ["one", "another"] {
            let count = Arc::clone(&count);
            schedule.spawn(name, move || {
                count.fetch_add(1, Relaxed);
                schedule::step();
            });
        }
        match waits.join()? {
            2 => schedule.end(),
            n => Err(Finding::new(format!("{n}"))),
        }
    });
    assert_eq!(none, None);
}

#[test]
fn threads_that_wait_are_woken_in_vain_as_often_as_said() {
    let none = find(&mut Dice::new(1), 10, |schedule, _| {
        let pair = Arc::new((Mutex::new(0), Condvar::new()));
        let thread = schedule.spawn("impatient", move || {
            let mut woken = pair.0.lock().unwrap();
            while *woken < 50 {
                woken = pair.1.wait(woken).unwrap();
                *woken += 1;
            }
            schedule::woke_unasked()
        });
        // Now and then a wait ends in any schedule.
        schedule.disturb(40)?;
        assert!(!thread.is_done());
        schedule.disturb(10)?;
        assert!(thread.is_done() && thread.woke_unasked());
        assert!(thread.join()?);
        schedule.end()
    });
    assert_eq!(none, None);
}

#[test]
fn threads_that_wake_each_other_for_ever_are_told() {
    for seed in 0..10 {
        let found = find_in_100(seed, |schedule| {
            let pair = Arc::new((Mutex::new(()), Condvar::new()));
            for name in ["one", "another"] {
                let pair = Arc::clone(&pair);
                schedule.spawn(name, move || {
                    let mut guard = pair.0.lock().unwrap();
                    loop {
                        pair.1.notify_one();
                        guard = pair.1.wait(guard).unwrap();
                    }
                });
            }
            schedule.end()
        });
        let name = match found {
            Some(Finding::WokenForNothing(name)) => name,
            other => panic!("seed {seed}: {other:?}"),
        };
        assert!(["one", "another"].contains(&name.as_str()), "{name}");
    }
}
