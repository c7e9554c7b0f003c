//! The end of `block_on`: every future is dropped, and nothing hangs.

use crate::{Notes, PanicsWhenDropped, own_waker};
use own_executor::task::yield_now;
use own_executor::{block_on, spawn};
use std::cell::RefCell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Waker;
use std::thread;
use trials::alone;

#[test]
fn tasks_that_have_not_ended_are_dropped_and_cancelled() {
    alone(|| {
        let notes = Notes::default();
        let (paused, fresh) = block_on(async {
            let dropped = notes.when_dropped("paused");
            let paused = spawn(async move {
                let _dropped = dropped;
                pending::<()>().await;
            });
            yield_now().await;
            let dropped = notes.when_dropped("fresh");
            let fresh = spawn(async move { drop(dropped) });
            (paused, fresh)
        });
        assert_eq!(notes.take(), ["fresh", "paused"]);
        assert!(paused.is_finished() && fresh.is_finished());
        block_on(async {
            assert!(paused.await.unwrap_err().is_cancelled());
            assert!(fresh.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn an_output_can_be_joined_in_a_later_block_on() {
    alone(|| {
        let mut kept = None;
        block_on(async {
            kept = Some(spawn(async { "kept" }));
            yield_now().await;
        });
        assert_eq!(block_on(kept.unwrap()).unwrap(), "kept");
    });
}

#[test]
fn a_panic_of_the_root_comes_out_and_the_thread_is_usable_again() {
    alone(|| {
        let notes = Notes::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            block_on(async {
                let dropped = notes.when_dropped("task");
                drop(spawn(async move {
                    let _dropped = dropped;
                    pending::<()>().await;
                }));
                yield_now().await;
                panic!("root");
            });
        }));
        assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "root");
        assert_eq!(notes.take(), ["task"]);
        assert_eq!(block_on(async { spawn(async { 3 }).await.unwrap() }), 3);
    });
}

/// Wakes when it is dropped.
struct WakesWhenDropped(Rc<RefCell<Option<Waker>>>);

impl Drop for WakesWhenDropped {
    fn drop(&mut self) {
        if let Some(waker) = self.0.borrow_mut().take() {
            waker.wake();
        }
    }
}

#[test]
fn destructors_may_wake_one_another() {
    alone(|| {
        block_on(async {
            let wakers: [Rc<RefCell<Option<Waker>>>; 2] = Default::default();
            for n in 0..2 {
                let (own, other) = (wakers[n].clone(), wakers[1 - n].clone());
                drop(spawn(async move {
                    *own.borrow_mut() = Some(own_waker().await);
                    let _wakes = WakesWhenDropped(other);
                    pending::<()>().await;
                }));
            }
            yield_now().await;
        });
    });
}

/// Spawns when it is dropped.
struct SpawnsWhenDropped(Notes);

impl Drop for SpawnsWhenDropped {
    fn drop(&mut self) {
        let (polled, dropped) = (self.0.clone(), self.0.when_dropped("drop"));
        let task = spawn(async move {
            let _dropped = dropped;
            polled.add("it is polled");
        });
        drop(task);
    }
}

#[test]
fn what_a_destructor_spawns_is_dropped_unpolled() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let spawns = SpawnsWhenDropped(notes.clone());
            drop(spawn(async move {
                let _spawns = spawns;
                pending::<()>().await;
            }));
            yield_now().await;
        });
        assert_eq!(notes.take(), ["drop"]);
    });
}

#[test]
fn a_destructor_that_panics_does_not_keep_the_others() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            for name in ["a", "b"] {
                let dropped = notes.when_dropped(name);
                drop(spawn(async move {
                    let _dropped = dropped;
                    let _panics = PanicsWhenDropped("at the end");
                    pending::<()>().await;
                }));
            }
            yield_now().await;
        });
        let mut dropped = notes.take();
        dropped.sort();
        assert_eq!(dropped, ["a", "b"]);
    });
}

#[test]
fn a_wake_in_a_thread_locals_destructor_is_harmless() {
    alone(|| {
        struct WakesAtTheEnd(RefCell<Option<Waker>>);

        impl Drop for WakesAtTheEnd {
            fn drop(&mut self) {
                self.0.take().unwrap().wake();
            }
        }

        thread_local! {
            static WAKES: WakesAtTheEnd =
                const { WakesAtTheEnd(RefCell::new(None)) };
        }

        let ended = thread::spawn(|| {
            // Made first, so it is dropped after the executor.
            WAKES.with(|_| ());
            block_on(async {
                let waker = own_waker().await;
                WAKES.with(|it| *it.0.borrow_mut() = Some(waker));
            });
        });
        ended.join().unwrap();
    });
}

#[test]
fn the_root_is_dropped_before_the_tasks() {
    alone(|| {
        let notes = Notes::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let root = notes.when_dropped("root");
            block_on(async {
                let _root = root;
                let task = notes.when_dropped("task");
                drop(spawn(async move {
                    let _task = task;
                    pending::<()>().await;
                }));
                yield_now().await;
                panic!();
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(notes.take(), ["root", "task"]);
    });
}
