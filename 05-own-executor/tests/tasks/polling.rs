//! Who is polled, how often, and in which order.

use super::counted;
use crate::{Notes, own_waker};
use own_executor::task::yield_now;
use own_executor::time::sleep;
use own_executor::{block_on, spawn};
use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;
use trials::alone;

#[test]
fn a_future_that_is_ready_is_polled_once() {
    alone(|| {
        let mut polls = 0;
        let out = block_on(poll_fn(|_| {
            polls += 1;
            Poll::Ready(7)
        }));
        assert_eq!((out, polls), (7, 1));
    });
}

#[test]
fn tasks_run_in_the_order_in_which_they_were_spawned() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let mut handles = Vec::new();
            for name in ["a", "b", "c"] {
                let notes = notes.clone();
                handles.push(spawn(async move { notes.add(name) }));
            }
            for handle in handles {
                handle.await.unwrap();
            }
        });
        assert_eq!(notes.take(), ["a", "b", "c"]);
    });
}

#[test]
fn those_that_yield_take_turns_in_order() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let turns = |name| {
                let notes = notes.clone();
                spawn(async move {
                    for _ in 0..3 {
                        notes.add(name);
                        yield_now().await;
                    }
                })
            };
            let all = [turns("a"), turns("b"), turns("c")];
            for one in all {
                one.await.unwrap();
            }
        });
        assert_eq!(notes.take().concat(), "abcabcabc");
    });
}

#[test]
fn what_is_due_is_woken_before_one_that_yields_is_polled_again() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let (slept, yielded) = (notes.clone(), notes.clone());
            let sleeps = spawn(async move {
                sleep(Duration::from_millis(1)).await;
                slept.add("slept");
            });
            let yields = spawn(async move {
                thread::sleep(Duration::from_millis(5));
                // The other is woken in between, and runs after this one.
                yield_now().await;
                yield_now().await;
                yielded.add("yielded");
            });
            sleeps.await.unwrap();
            yields.await.unwrap();
        });
        assert_eq!(notes.take(), ["slept", "yielded"]);
    });
}

#[test]
fn three_wakes_in_one_poll_are_one_more_poll_and_none_comes_without() {
    alone(|| {
        let polls = Rc::new(Cell::new(0));
        let counted = polls.clone();
        block_on(async move {
            drop(spawn(poll_fn(move |context| {
                polls.set(polls.get() + 1);
                if polls.get() == 1 {
                    (0..3).for_each(|_| context.waker().wake_by_ref());
                }
                Poll::<()>::Pending
            })));
            for _ in 0..10 {
                yield_now().await;
            }
        });
        assert_eq!(counted.get(), 2);
    });
}

#[test]
fn the_future_of_block_on_is_polled_only_when_it_was_woken() {
    alone(|| {
        let polls = Cell::new(0);
        block_on(async {
            let busy = spawn(async {
                for _ in 0..1000 {
                    yield_now().await;
                }
            });
            let waker = own_waker().await;
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(20));
                waker.wake();
            });
            let mut busy = busy;
            poll_fn(|context| {
                polls.set(polls.get() + 1);
                std::pin::Pin::new(&mut busy).poll(context)
            })
            .await
            .unwrap();
        });
        // At first, when the task ends, and once from the other thread.
        assert!(polls.get() <= 3, "{}", polls.get());
    });
}

/// Whatever is always ready, the others get their turn.
#[test]
fn the_root_and_other_threads_get_turns_beside_tasks_that_are_always_ready() {
    alone(|| {
        block_on(async {
            for _ in 0..100 {
                drop(spawn(async {
                    loop {
                        yield_now().await;
                    }
                }));
            }
            let waker = own_waker().await;
            let mut is_rung = false;
            thread::spawn(move || waker.wake());
            poll_fn(|_| match std::mem::replace(&mut is_rung, true) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            })
            .await;
        });
    });
}

#[test]
fn a_task_of_leaves_that_are_always_ready_is_made_to_yield() {
    alone(|| {
        use own_executor::sync::oneshot;

        let notes = Notes::default();
        block_on(async {
            let other = notes.clone();
            drop(spawn(async move { other.add("the other") }));
            for n in 0..1000 {
                let (sender, receiver) = oneshot::channel();
                sender.send(n).unwrap();
                assert_eq!(receiver.await, Ok(n));
                if n == 127 {
                    assert_eq!(notes.take(), [""; 0]);
                }
                if n == 128 {
                    assert_eq!(notes.take(), ["the other"]);
                }
            }
        });
    });
}

#[test]
fn a_wake_from_another_thread_during_a_poll_is_one_more_poll_after_it() {
    alone(|| {
        let polls = Rc::new(Cell::new(0));
        let counted = polls.clone();
        let task = poll_fn(move |context| {
            polls.set(polls.get() + 1);
            if polls.get() == 2 {
                return Poll::Ready(());
            }
            let waker = context.waker().clone();
            thread::spawn(move || waker.wake()).join().unwrap();
            assert_eq!(polls.get(), 1, "it is polled within its poll");
            Poll::Pending
        });
        block_on(async { spawn(task).await.unwrap() });
        assert_eq!(counted.get(), 2);
    });
}

#[test]
fn a_stale_waker_wakes_nobody_else() {
    alone(|| {
        let polls = Rc::new(Cell::new(0));
        let waker = block_on(async { spawn(own_waker()).await.unwrap() });
        block_on(async {
            // It has the place that the first task had.
            let other = polls.clone();
            drop(spawn(async move { counted(&other).await }));
            for _ in 0..3 {
                waker.wake_by_ref();
                yield_now().await;
            }
        });
        assert_eq!(polls.get(), 1);
    });
}

#[test]
fn wakers_know_one_another() {
    alone(|| {
        block_on(async {
            let one = spawn(async { (own_waker().await, own_waker().await) });
            let (a, b) = one.await.unwrap();
            let other = spawn(own_waker()).await.unwrap();
            assert!(a.will_wake(&b) && a.will_wake(&a.clone()));
            assert!(!a.will_wake(&other) && !a.will_wake(&own_waker().await));
            assert!(!a.will_wake(Waker::noop()));
        });
    });
}

#[test]
fn spawn_without_block_on_panics_at_the_callers_line() {
    alone(|| {
        use std::panic::{catch_unwind, set_hook};
        use std::sync::Mutex;
        static LINE: Mutex<Option<u32>> = Mutex::new(None);

        set_hook(Box::new(|info| {
            *LINE.lock().unwrap() = info.location().map(|at| at.line());
        }));
        let spawned = catch_unwind(|| drop(spawn(ready(())))).unwrap_err();
        let said: &String = spawned.downcast_ref().unwrap();
        assert!(said.contains("block_on"), "{said}");
        assert_eq!(*LINE.lock().unwrap(), Some(line!() - 3));
    });
}

#[test]
fn block_on_within_block_on_says_so_and_the_outer_one_ends() {
    alone(|| {
        let inner = std::panic::catch_unwind(|| {
            block_on(async { block_on(pending::<()>()) });
        });
        let said = inner.unwrap_err();
        let said: &&str = said.downcast_ref().unwrap();
        assert!(said.contains("within a `block_on`"), "{said}");
        assert_eq!(block_on(async { spawn(async { 3 }).await.unwrap() }), 3);
    });
}

#[test]
fn a_million_tasks() {
    alone(|| {
        let sum = block_on(async {
            let all: Vec<_> =
                (0..1_000_000_u64).map(|n| spawn(async move { n })).collect();
            let mut sum = 0;
            for one in all {
                sum += one.await.unwrap();
            }
            sum
        });
        assert_eq!(sum, 499_999_500_000);
    });
}
