//! Handles of tasks on a pool: joined, detached, aborted, from wherever.

use super::block_until;
use crate::{Notes, PanicsWhenDropped, ms, own_waker};
use futures_util::future::join;
use own_executor::task::{AbortHandle, JoinHandle, yield_now};
use own_executor::time::sleep;
use own_executor::{block_on, pool};
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Waker};
use std::thread;
use trials::alone;

#[test]
fn a_handle_can_be_awaited_everywhere() {
    alone(|| {
        pool::block_on(2, async {
            for delay in [0, 5] {
                let task = || {
                    pool::spawn(async move {
                        sleep(ms(delay)).await;
                        delay
                    })
                };
                assert_eq!(task().await.unwrap(), delay);
                let joins = pool::spawn(task());
                assert_eq!(joins.await.unwrap().unwrap(), delay);
                let (there, elsewhere) = (task(), task());
                let thread = thread::spawn(|| {
                    let there = block_on(there).unwrap();
                    // In another pool, too.
                    let elsewhere = pool::block_on(1, async {
                        pool::spawn(elsewhere).await.unwrap()
                    });
                    there + elsewhere.unwrap()
                });
                let joined = own_executor::unblock(|| thread.join().unwrap());
                assert_eq!(joined.await, 2 * delay);
            }
        });
    });
}

#[test]
fn a_worker_can_await_what_runs_on_one_thread() {
    alone(|| {
        pool::block_on(1, async {
            let task = own_executor::spawn(async {
                sleep(ms(5)).await;
                1
            });
            let abort = task.abort_handle();
            let joins = pool::spawn(task);
            assert_eq!(joins.await.unwrap().unwrap(), 1);
            assert!(abort.is_finished());
        });
    });
}

#[test]
fn a_panic_goes_to_the_joiner_and_the_worker_lives_on() {
    alone(|| {
        pool::block_on(1, async {
            for _ in 0..3 {
                let task = pool::spawn(async {
                    yield_now().await;
                    panic!("for its joiner");
                });
                let why = task.await.unwrap_err();
                assert!(why.is_panic());
                let payload = why.into_panic();
                let said: &&str = payload.downcast_ref().unwrap();
                assert_eq!(*said, "for its joiner");
            }
            // Nobody's, and that of a destructor after the end.
            drop(pool::spawn(async { panic!("for nobody") }));
            let late = pool::spawn(async {
                let _panics = PanicsWhenDropped("late");
                1
            });
            assert!(late.await.unwrap_err().is_panic());
            drop(pool::spawn(async { PanicsWhenDropped("an output") }));
            assert_eq!(pool::spawn(async { 1 }).await.unwrap(), 1);
        });
    });
}

#[test]
fn a_destructor_that_panics_at_an_abort_is_a_panic() {
    alone(|| {
        pool::block_on(1, async {
            let task = pool::spawn(async {
                let _panics = PanicsWhenDropped("at the abort");
                pending::<()>().await;
            });
            pool::spawn(yield_now()).await.unwrap();
            task.abort();
            assert!(task.await.unwrap_err().is_panic());
        });
    });
}

#[test]
fn a_task_is_finished_once_its_future_is_dropped() {
    alone(|| {
        /// Blocks its worker while it is dropped.
        struct DropsLate(Arc<AtomicBool>, Arc<AtomicBool>);

        impl Drop for DropsLate {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Release);
                block_until(&self.1);
            }
        }

        pool::block_on(1, async {
            for is_aborted in [false, true] {
                let [begins, may_end]: [Arc<AtomicBool>; 2] =
                    Default::default();
                let late = DropsLate(begins.clone(), may_end.clone());
                let mut task = pool::spawn(async move {
                    let _late = late;
                    if is_aborted {
                        loop {
                            yield_now().await;
                        }
                    }
                });
                if is_aborted {
                    yield_now().await;
                    task.abort();
                }
                block_until(&begins);
                assert!(!task.is_finished());
                let mut context = Context::from_waker(Waker::noop());
                let polled = Pin::new(&mut task).poll(&mut context);
                assert!(polled.is_pending());
                may_end.store(true, Ordering::Release);
                let joined = (&mut task).await;
                assert_eq!(joined.is_err(), is_aborted);
            }
        });
    });
}

#[test]
fn an_output_that_nobody_joins_is_dropped() {
    alone(|| {
        let notes = Notes::default();
        pool::block_on(1, async {
            // Detached before the end; its waker outlives it.
            let kept = Arc::new(OnceLock::new());
            let (keeps, output) = (kept.clone(), notes.when_dropped("first"));
            drop(pool::spawn(async move {
                keeps.set(own_waker().await).unwrap();
                output
            }));
            pool::spawn(yield_now()).await.unwrap();
            assert_eq!(notes.take(), ["first"]);
            // After the end.
            let output = notes.when_dropped("second");
            let task = pool::spawn(async move { output });
            pool::spawn(yield_now()).await.unwrap();
            assert!(task.is_finished());
            assert!(notes.take().is_empty());
            drop(task);
            assert_eq!(notes.take(), ["second"]);
            kept.get().unwrap().wake_by_ref();
        });
    });
}

#[test]
fn an_output_can_be_joined_after_the_pool_has_ended() {
    alone(|| {
        let (ended, cut_off) = pool::block_on(1, async {
            let (ended, cut_off) =
                (pool::spawn(async { 1 }), pool::spawn(pending::<()>()));
            pool::spawn(yield_now()).await.unwrap();
            (ended, cut_off)
        });
        assert!(ended.is_finished() && cut_off.is_finished());
        assert_eq!(block_on(ended).unwrap(), 1);
        assert!(block_on(cut_off).unwrap_err().is_cancelled());
    });
}

#[test]
fn a_handle_polled_after_its_end_says_so() {
    alone(|| {
        pool::block_on(1, async {
            let mut task = pool::spawn(async {});
            (&mut task).await.unwrap();
            let again = catch_unwind(AssertUnwindSafe(|| {
                let mut context = Context::from_waker(Waker::noop());
                let _ = Pin::new(&mut task).poll(&mut context);
            }));
            let said = again.unwrap_err();
            let said: &&str = said.downcast_ref().unwrap();
            assert!(said.contains("polled after it was ready"), "{said}");
        });
    });
}

#[test]
fn only_the_last_waker_of_a_joiner_rings() {
    alone(|| {
        pool::block_on(1, async {
            let notes = Notes::default();
            let may_end = Arc::new(AtomicBool::new(false));
            let ends = may_end.clone();
            let mut task = pool::spawn(async move { block_until(&ends) });
            for name in ["first", "last"] {
                let waker = crate::noting_waker(&notes, name);
                let mut context = Context::from_waker(&waker);
                assert!(Pin::new(&mut task).poll(&mut context).is_pending());
            }
            may_end.store(true, Ordering::Release);
            pool::spawn(yield_now()).await.unwrap();
            assert_eq!(notes.take(), ["last"]);
            task.await.unwrap();
        });
    });
}

#[test]
fn abort_before_the_first_poll_and_after_the_end() {
    alone(|| {
        pool::block_on(1, async {
            let notes = Notes::default();
            let may_end = Arc::new(AtomicBool::new(false));
            let ends = may_end.clone();
            let long = pool::spawn(async move { block_until(&ends) });
            let (polled, dropped) = (notes.clone(), notes.when_dropped("drop"));
            let fresh = pool::spawn(async move {
                polled.add("it is polled");
                drop(dropped);
            });
            fresh.abort();
            assert!(!fresh.is_finished());
            may_end.store(true, Ordering::Release);
            assert!(fresh.await.unwrap_err().is_cancelled());
            assert_eq!(notes.take(), ["drop"]);
            pool::spawn(yield_now()).await.unwrap();
            long.abort();
            long.await.unwrap();
        });
    });
}

#[test]
fn a_task_aborts_itself() {
    alone(|| {
        pool::block_on(2, async {
            for pauses in [false, true] {
                let own: Arc<Mutex<Option<AbortHandle>>> = Arc::default();
                let handle = own.clone();
                let task = pool::spawn(async move {
                    // It has its handle by then.
                    loop {
                        let abort = handle.lock().unwrap().take();
                        if let Some(abort) = abort {
                            abort.abort();
                            break;
                        }
                        yield_now().await;
                    }
                    if pauses {
                        yield_now().await;
                    }
                });
                *own.lock().unwrap() = Some(task.abort_handle());
                assert_eq!(task.await.is_err(), pauses);
            }
        });
    });
}

#[test]
fn a_task_that_waits_is_aborted_from_any_thread() {
    alone(|| {
        pool::block_on(2, async {
            for _ in 0..100 {
                let notes = Notes::default();
                let dropped = notes.when_dropped("drop");
                let task = pool::spawn(async move {
                    let _dropped = dropped;
                    let sleeps = sleep(ms(3_600_000));
                    join(sleeps, pending::<()>()).await;
                });
                let abort = task.abort_handle();
                let other = thread::spawn(move || {
                    abort.abort();
                    // By then the handle may be dropped.
                    drop(abort);
                });
                assert!(task.await.unwrap_err().is_cancelled());
                assert_eq!(notes.take(), ["drop"]);
                other.join().unwrap();
            }
        });
    });
}

#[test]
fn abort_and_then_drop_ends_it_now() {
    alone(|| {
        pool::block_on(1, async {
            let notes = Notes::default();
            let dropped = notes.when_dropped("drop");
            let task = pool::spawn(async move {
                let _dropped = dropped;
                pending::<()>().await;
            });
            pool::spawn(yield_now()).await.unwrap();
            task.abort();
            drop(task);
            pool::spawn(yield_now()).await.unwrap();
            assert_eq!(notes.take(), ["drop"]);
        });
    });
}

#[test]
fn abort_while_it_is_polled() {
    alone(|| {
        pool::block_on(2, async {
            for comes_to_its_end in [true, false] {
                let [begins, aborted]: [Arc<AtomicBool>; 2] =
                    Default::default();
                let (begin, abort) = (begins.clone(), aborted.clone());
                let task: JoinHandle<()> = pool::spawn(async move {
                    begin.store(true, Ordering::Release);
                    block_until(&abort);
                    if !comes_to_its_end {
                        poll_fn(|_| Poll::<()>::Pending).await;
                    }
                });
                block_until(&begins);
                task.abort();
                assert!(!task.is_finished());
                aborted.store(true, Ordering::Release);
                assert_eq!(task.await.is_ok(), comes_to_its_end);
            }
        });
    });
}

/// As for one thread: the handle goes where its output may go.
///
/// The other half of this is in `tests/tasks/threads.rs`.
#[test]
fn handles_are_send_if_the_output_is() {
    fn is_send<T: Send>(_: &T) {}
    fn is_sync<T: Send + Sync>(_: &T) {}

    alone(|| {
        pool::block_on(1, async {
            let task = pool::spawn(async { std::cell::Cell::new(1) });
            is_send(&task);
            is_sync(&task.abort_handle());
            assert_eq!(task.await.unwrap().get(), 1);
        });
    });
}
