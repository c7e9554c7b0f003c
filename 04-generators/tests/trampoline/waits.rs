//! Times, ends of other tasks, and wakes.

use super::{Notes, Y, task};
use generators::{Request, Task, Trampoline};
use std::cell::Cell;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::{Duration, Instant};
use trials::alone;

#[test]
fn sleepers_wake_in_the_order_of_their_times_and_never_early() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let now = Instant::now();
        for ms in [3, 1, 2, 1] {
            let noted = notes.clone();
            let due = now + Duration::from_millis(ms);
            let body = move |y: Y| async move {
                y.suspend(Request::until(due)).await.unwrap();
                assert!(Instant::now() >= due);
                noted.add(ms.to_string());
            };
            trampoline.spawn("sleeper", task(body));
        }
        trampoline.run().unwrap();
        assert_eq!(notes.take().concat(), "1123");
    });
}

#[test]
fn a_time_that_is_over_is_a_turn() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        for name in ["a", "b"] {
            let noted = notes.clone();
            let body = move |y: Y| async move {
                noted.add(name);
                let past = Instant::now() - Duration::from_millis(1);
                y.suspend(Request::until(past)).await.unwrap();
                noted.add(name);
            };
            trampoline.spawn("task", task(body));
        }
        trampoline.run().unwrap();
        assert_eq!(notes.take().concat(), "abab");
    });
}

#[test]
fn a_join_ends_with_the_task_and_all_joiners_go_on_in_order() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        let held = notes.when_dropped("dropped");
        let joined = trampoline.spawn(
            "joined",
            task(move |y| async move {
                let _held = held;
                let due = Instant::now() + Duration::from_millis(2);
                y.suspend(Request::until(due)).await.unwrap();
                noted.add("end");
            }),
        );
        for name in ["a", "b"] {
            let (noted, joined) = (notes.clone(), joined.clone());
            let body = move |y: Y| async move {
                y.suspend(Request::join(&joined)).await.unwrap();
                assert!(joined.is_finished());
                noted.add(name);
            };
            trampoline.spawn("joiner", task(body));
        }
        trampoline.run().unwrap();
        // They hear of the end only when all that it owned is gone.
        assert_eq!(notes.take(), ["end", "dropped", "a", "b"]);
    });
}

#[test]
fn a_task_that_waits_for_its_own_end_is_told_so() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let tasks = trampoline.tasks();
        let body = |y: Y| async move {
            let this = tasks.current().unwrap();
            let why = y.suspend(Request::join(&this)).await.unwrap_err();
            assert_eq!(why.to_string(), "a task waits for its own end");
        };
        trampoline.spawn("task", task(body));
        trampoline.run().unwrap();
    });
}

#[test]
fn a_join_has_a_deadline_and_begins_anew_after_it() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let tasks = trampoline.tasks();
        let parked = trampoline.spawn(
            "parked",
            task(|y| async move { y.suspend(Request::park()).await.unwrap() }),
        );
        let body = |y: Y| async move {
            for _ in 0..3 {
                let soon = Instant::now() + Duration::from_millis(1);
                let join = Request::join(&parked).by(soon);
                let why = y.suspend(join).await.unwrap_err();
                assert_eq!(why.kind(), ErrorKind::TimedOut);
                assert!(Instant::now() >= soon);
            }
            tasks.wake(&parked);
            y.suspend(Request::join(&parked)).await.unwrap();
            // The three that timed out wake it no more.
            let later = Instant::now() + Duration::from_millis(2);
            y.suspend(Request::until(later)).await.unwrap();
            assert!(Instant::now() >= later);
        };
        trampoline.spawn("joiner", task(body));
        trampoline.run().unwrap();
    });
}

/// A trampoline with a parked task, which notes each wake, `times` times.
fn parked(times: u32) -> (Trampoline, Task, Notes) {
    let trampoline = Trampoline::new().unwrap();
    let notes = Notes::default();
    let noted = notes.clone();
    let body = move |y: Y| async move {
        for _ in 0..times {
            y.suspend(Request::park()).await.unwrap();
            noted.add("woken");
        }
    };
    let task = trampoline.spawn("parked", task(body));
    (trampoline, task, notes)
}

#[test]
fn a_wake_before_the_park_is_not_lost_and_two_count_as_one() {
    alone(|| {
        let (trampoline, it, notes) = parked(2);
        trampoline.wake(&it);
        trampoline.wake(&it);
        let why = trampoline.run().unwrap_err();
        assert_eq!(why.kind(), ErrorKind::Deadlock);
        assert_eq!(notes.take(), ["woken"]);
        trampoline.wake(&it);
        trampoline.run().unwrap();
        assert_eq!(notes.take(), ["woken"]);
        // After its end, nothing.
        trampoline.wake(&it);
        trampoline.run().unwrap();
    });
}

#[test]
fn one_that_is_woken_and_waits_again_is_not_called_twice_for_one_wake() {
    alone(|| {
        let (trampoline, it, notes) = parked(3);
        let (tasks, noted) = (trampoline.tasks(), notes.clone());
        let body = |y: Y| async move {
            for _ in 0..3 {
                tasks.wake(&it);
                // It is ready, so this is for its next park.
                noted.add("notified");
                y.suspend(Request::turn()).await.unwrap();
            }
        };
        trampoline.spawn("notifier", task(body));
        trampoline.run().unwrap();
        let each = ["notified", "woken"].repeat(3);
        assert_eq!(notes.take(), each);
    });
}

#[test]
fn a_wake_does_not_end_another_wait() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let due = Instant::now() + Duration::from_millis(5);
        let sleeper = trampoline.spawn(
            "sleeper",
            task(move |y| async move {
                y.suspend(Request::until(due)).await.unwrap();
                assert!(Instant::now() >= due);
                y.suspend(Request::park()).await.unwrap();
            }),
        );
        let tasks = trampoline.tasks();
        let wakes = task(move |_| async move { tasks.wake(&sleeper) });
        trampoline.spawn("waker", wakes);
        trampoline.run().unwrap();
    });
}

#[test]
fn a_parked_task_that_timed_out_leaves_the_queue_and_the_item_goes_to_the_next()
{
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let queue: Rc<Cell<Vec<Task>>> = Rc::default();
        let notes = Notes::default();
        for (name, ms) in [("first", 1), ("second", 10_000)] {
            let (tasks, noted) = (trampoline.tasks(), notes.clone());
            let queue = queue.clone();
            let body = move |y: Y| async move {
                let this = tasks.current().unwrap();
                let mut waiting = queue.take();
                waiting.push(this.clone());
                queue.set(waiting);
                let due = Instant::now() + Duration::from_millis(ms);
                let reply = y.suspend(Request::park().by(due)).await;
                if reply.is_err() {
                    let mut waiting = queue.take();
                    waiting.retain(|it| *it != this);
                    queue.set(waiting);
                }
                noted.add(format!("{name} {}", reply.is_ok()));
            };
            trampoline.spawn(name, task(body));
        }
        let (tasks, later) = (trampoline.tasks(), Instant::now());
        let body = move |y: Y| async move {
            let due = later + Duration::from_millis(5);
            y.suspend(Request::until(due)).await.unwrap();
            let mut waiting = queue.take();
            tasks.wake(&waiting.remove(0));
        };
        trampoline.spawn("producer", task(body));
        trampoline.run().unwrap();
        assert_eq!(notes.take(), ["first false", "second true"]);
    });
}

#[test]
fn work_on_another_thread_can_wake_a_task() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let tasks = trampoline.tasks();
        let body = |y: Y| async move {
            let this = tasks.current().unwrap();
            let result: Rc<Cell<Option<u64>>> = Rc::default();
            let (place, own) = (result.clone(), tasks.clone());
            let work = || (1..=20).product();
            tasks
                .events()
                .in_thread(work, move |_, product| {
                    place.set(product.ok());
                    own.wake(&this);
                })
                .unwrap();
            y.suspend(Request::park()).await.unwrap();
            assert_eq!(result.take(), Some(2_432_902_008_176_640_000));
        };
        trampoline.spawn("task", task(body));
        trampoline.run().unwrap();
    });
}

#[test]
fn a_hundred_thousand_waits_that_were_cut_short_leave_nothing_behind() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let tasks = trampoline.tasks();
        let body = |y: Y| async move {
            let this = tasks.current().unwrap();
            for _ in 0..100_000 {
                let own = tasks.clone();
                let waker = this.clone();
                let wakes = task(|_| async move { own.wake(&waker) });
                tasks.spawn("waker", wakes);
                let day = Instant::now() + Duration::from_secs(86_400);
                y.suspend(Request::park().by(day)).await.unwrap();
            }
        };
        trampoline.spawn("task", task(body));
        trampoline.run().unwrap();
        // The timers are gone: the loop has nothing left to wait for.
        assert!(trampoline.events().is_over());
    });
}
