//! Sleeps, timeouts, intervals.

use crate::{Notes, ms, noting_waker};
use own_executor::task::yield_now;
use own_executor::time::{
    Elapsed, interval, interval_at, sleep, sleep_until, timeout,
};
use own_executor::{block_on, spawn};
use std::cell::RefCell;
use std::future::{pending, poll_fn, ready};
use std::panic::catch_unwind;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};
use trials::alone;

#[test]
fn it_is_never_early() {
    alone(|| {
        block_on(async {
            for micros in [0, 1, 300, 999, 1000, 1001, 5000] {
                let begun = Instant::now();
                let time = Duration::from_micros(micros);
                sleep(time).await;
                assert!(begun.elapsed() >= time, "{micros}");
            }
        });
    });
}

#[test]
fn sleeps_end_in_the_order_of_their_deadlines() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let (begun, mut all) = (Instant::now(), Vec::new());
            for (time, name) in [(400, "c"), (100, "a"), (250, "b")] {
                let notes = notes.clone();
                all.push(spawn(async move {
                    sleep_until(begun + ms(time)).await;
                    notes.add(name);
                }));
            }
            for one in all {
                one.await.unwrap();
            }
        });
        assert_eq!(notes.take(), ["a", "b", "c"]);
    });
}

#[test]
fn a_deadline_that_is_over_is_ready_at_once_and_stays_so() {
    alone(|| {
        block_on(async {
            let mut past = pin!(sleep_until(Instant::now()));
            assert!(past.is_elapsed());
            poll_fn(|context| {
                for _ in 0..3 {
                    assert!(past.as_mut().poll(context).is_ready());
                }
                Poll::Ready(())
            })
            .await;
        });
    });
}

#[test]
fn the_deadline_counts_from_the_call_also_outside() {
    alone(|| {
        let begun = Instant::now();
        let soon = sleep(ms(30));
        std::thread::sleep(ms(40));
        block_on(soon);
        assert!(begun.elapsed() < ms(1000));
        assert!(catch_unwind(|| block_on(sleep(ms(5)))).is_ok());
    });
}

#[test]
fn the_longest_duration_does_not_overflow() {
    alone(|| {
        block_on(async {
            let late = timeout(ms(5), sleep(Duration::MAX)).await;
            assert!(late.is_err());
            assert_eq!(timeout(Duration::MAX, ready(1)).await, Ok(1));
            let mut ticks = interval(Duration::MAX);
            ticks.tick().await;
            assert!(timeout(ms(5), ticks.tick()).await.is_err());
        });
    });
}

#[test]
fn an_earlier_deadline_cuts_the_wait_short() {
    alone(|| {
        block_on(async {
            let begun = Instant::now();
            let mut late = pin!(sleep(Duration::from_secs(600)));
            poll_fn(|context| {
                assert!(late.as_mut().poll(context).is_pending());
                Poll::Ready(())
            })
            .await;
            late.as_mut().reset(Instant::now() + ms(5));
            late.await;
            assert!(begun.elapsed() < Duration::from_secs(60));
        });
    });
}

#[test]
fn polled_by_another_task_only_the_last_rings() {
    alone(|| {
        let notes = Notes::default();
        let wakers = ["first", "last"].map(|it| noting_waker(&notes, it));
        block_on(async {
            let mut soon = pin!(sleep(ms(50)));
            for waker in &wakers {
                let mut context = Context::from_waker(waker);
                assert!(soon.as_mut().poll(&mut context).is_pending());
            }
            sleep(ms(70)).await;
            assert_eq!(notes.take(), ["last"]);
        });
    });
}

#[test]
fn dropped_ones_ring_nobody_and_free_their_memory_before_they_are_due() {
    alone(|| {
        let notes = Notes::default();
        let waker = noting_waker(&notes, "rings");
        let mut context = Context::from_waker(&waker);
        block_on(async {
            let kept = Rc::new(());
            for _ in 0..10 {
                let mut many: Vec<_> = (0..10_000)
                    .map(|_| Box::pin(sleep(Duration::from_secs(3600))))
                    .collect();
                for one in &mut many {
                    assert!(one.as_mut().poll(&mut context).is_pending());
                }
            }
            drop(kept);
            yield_now().await;
        });
        assert_eq!(notes.take(), [""; 0]);
        // Ours and the one in `context`: each timer had a clone.
        assert_eq!(Arc::strong_count(&notes.0), 2);
    });
}

/// A waker that drops another sleep, which is due as well.
#[test]
fn waking_may_drop_other_timers_that_are_due() {
    alone(|| {
        use std::sync::{Arc, Mutex};
        use std::task::{Wake, Waker};

        type Sleeps = Mutex<Vec<Pin<Box<own_executor::time::Sleep>>>>;
        struct Drops(Arc<Sleeps>);

        impl Wake for Drops {
            fn wake(self: Arc<Self>) {
                let dropped = std::mem::take(&mut *self.0.lock().unwrap());
                drop(dropped);
            }
        }

        block_on(async {
            let sleeps: Arc<Sleeps> = Arc::default();
            let waker = Waker::from(Arc::new(Drops(sleeps.clone())));
            let mut context = Context::from_waker(&waker);
            for _ in 0..3 {
                let mut one = Box::pin(sleep(ms(50)));
                assert!(one.as_mut().poll(&mut context).is_pending());
                sleeps.lock().unwrap().push(one);
            }
            sleep(ms(70)).await;
            assert!(sleeps.lock().unwrap().is_empty());
        });
    });
}

#[test]
fn a_sleep_may_be_finished_on_another_thread() {
    alone(|| {
        let begun = Instant::now();
        let mut one = Box::pin(sleep(ms(50)));
        block_on(poll_fn(|context| {
            assert!(one.as_mut().poll(context).is_pending());
            Poll::Ready(())
        }));
        std::thread::spawn(|| block_on(one)).join().unwrap();
        assert!(begun.elapsed() >= ms(50));
    });
}

#[test]
fn a_hundred_thousand_sleep_at_once() {
    alone(|| {
        block_on(async {
            let all: Vec<_> =
                (0..100_000).map(|n| spawn(sleep(ms(n % 50)))).collect();
            for one in all {
                one.await.unwrap();
            }
        });
    });
}

#[test]
fn timers_are_served_beside_tasks_that_are_always_ready() {
    alone(|| {
        block_on(async {
            drop(spawn(async {
                loop {
                    yield_now().await;
                }
            }));
            sleep(ms(5)).await;
        });
    });
}

#[test]
fn timeout_polls_what_is_inside_first() {
    alone(|| {
        block_on(async {
            assert_eq!(timeout(ms(0), ready(1)).await, Ok(1));
            let late = async {
                std::thread::sleep(ms(20));
                2
            };
            assert_eq!(timeout(ms(5), late).await, Ok(2));
            let elapsed: Elapsed =
                timeout(ms(5), pending::<()>()).await.unwrap_err();
            assert_eq!(elapsed.to_string(), "the deadline has elapsed");
            let why = std::io::Error::from(elapsed);
            assert_eq!(why.kind(), std::io::ErrorKind::TimedOut);
        });
    });
}

#[test]
fn timeout_holds_though_what_is_inside_spends_the_budget() {
    alone(|| {
        block_on(async {
            let endless = async {
                loop {
                    let (sender, receiver) =
                        own_executor::sync::oneshot::channel();
                    sender.send(()).unwrap();
                    receiver.await.unwrap();
                }
            };
            assert!(timeout(ms(10), endless).await.is_err());
        });
    });
}

#[test]
fn what_a_timeout_ends_is_dropped_with_it_and_not_before() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let inside = |name| {
                let dropped = notes.when_dropped(name);
                async move {
                    let _dropped = dropped;
                    pending::<()>().await;
                }
            };
            assert!(timeout(ms(2), inside("by value")).await.is_err());
            assert_eq!(notes.take(), ["by value"]);
            let mut kept = Box::pin(timeout(ms(2), inside("by reference")));
            assert!(kept.as_mut().await.is_err());
            assert_eq!(notes.take(), [""; 0]);
            drop(kept);
            assert_eq!(notes.take(), ["by reference"]);
        });
    });
}

#[test]
fn an_interval_ticks_at_once_and_catches_up() {
    alone(|| {
        block_on(async {
            let start = Instant::now();
            let mut ticks = interval_at(start, ms(10));
            assert_eq!(ticks.tick().await, start);
            std::thread::sleep(ms(35));
            for n in 1..=5 {
                assert_eq!(ticks.tick().await, start + n * ms(10));
                assert!(start.elapsed() >= n * ms(10));
            }
        });
    });
}

#[test]
fn a_tick_that_is_dropped_is_not_lost() {
    alone(|| {
        block_on(async {
            let start = Instant::now();
            let mut ticks = interval_at(start, ms(200));
            ticks.tick().await;
            assert!(timeout(ms(5), ticks.tick()).await.is_err());
            assert_eq!(ticks.tick().await, start + ms(200));
        });
    });
}

#[test]
fn a_period_of_zero_panics() {
    alone(|| {
        assert!(catch_unwind(|| interval(Duration::ZERO)).is_err());
    });
}

#[test]
fn a_waker_that_panics_ends_nothing_and_the_others_are_woken() {
    struct Panics;

    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker of others");
        }
    }

    alone(|| {
        block_on(async {
            let due = Instant::now() + ms(5);
            let mut foreign = pin!(sleep_until(due));
            let waker = Waker::from(Arc::new(Panics));
            let polled =
                foreign.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
            // Both are due in the same turn, the foreign one first.
            let own = spawn(sleep_until(due + Duration::from_nanos(1)));
            own.await.unwrap();
        });
    });
}

#[test]
fn a_sleep_that_is_ready_leaves_no_waker_behind() {
    alone(|| {
        let notes = Notes::default();
        let waker = noting_waker(&notes, "rings");
        let done = RefCell::new(false);
        block_on(async {
            let mut soon = pin!(sleep(ms(50)));
            let mut context = Context::from_waker(&waker);
            assert!(soon.as_mut().poll(&mut context).is_pending());
            std::thread::sleep(ms(60));
            assert!(soon.as_mut().poll(&mut context).is_ready());
            done.replace(true);
            drop(waker);
            assert_eq!(Arc::strong_count(&notes.0), 1);
        });
        assert!(done.into_inner());
    });
}
