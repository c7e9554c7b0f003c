//! Scopes: no task outlives them.

use crate::{Notes, PanicsWhenDropped};
use own_executor::task::{Scope, scope, yield_now};
use own_executor::time::sleep;
use own_executor::{block_on, spawn};
use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use trials::alone;

/// Polls a future that does not end, until all in it have been polled, and
/// drops it.
async fn drop_after_turns(future: impl Future) {
    let mut future = Box::pin(future);
    for _ in 0..5 {
        poll_fn(|context| {
            assert!(future.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        yield_now().await;
    }
}

#[test]
fn it_ends_after_all_its_tasks() {
    alone(|| {
        let notes = Notes::default();
        let sum = Cell::new(0);
        block_on(async {
            scope(async |s| {
                for n in 1..=3 {
                    let (notes, sum) = (&notes, &sum);
                    s.spawn(async move {
                        sleep(Duration::from_millis(n)).await;
                        sum.set(sum.get() + n);
                        notes.add("task");
                    });
                }
                notes.add("body");
            })
            .await;
            notes.add("after");
        });
        assert_eq!(sum.get(), 6);
        assert_eq!(notes.take(), ["body", "task", "task", "task", "after"]);
    });
}

#[test]
fn a_task_may_spawn_more_also_once_the_body_is_done() {
    fn down<'a>(s: &Scope<'a>, n: u32, count: &'a Cell<u32>) {
        count.set(count.get() + 1);
        if n > 0 {
            let own = s.clone();
            s.spawn(async move {
                yield_now().await;
                down(&own, n - 1, count);
            });
        }
    }

    alone(|| {
        let count = Cell::new(0);
        block_on(scope(async |s| down(&s, 100, &count)));
        assert_eq!(count.get(), 101);
    });
}

#[test]
fn after_the_end_a_task_is_refused() {
    alone(|| {
        let notes = Notes::default();
        let dropped = notes.when_dropped("its own");
        let kept = block_on(scope(async |s| s));
        let task = kept.spawn(async move {
            let _dropped = dropped;
            pending::<()>().await;
        });
        assert_eq!(notes.take(), ["its own"]);
        assert!(block_on(task).unwrap_err().is_cancelled());
    });
}

#[test]
fn dropped_half_way_it_drops_all_before_that_returns() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let long = scope(async |s| {
                let _body = notes.when_dropped("body");
                for name in ["a", "b"] {
                    let dropped = notes.when_dropped(name);
                    s.spawn(async move {
                        let _dropped = dropped;
                        pending::<()>().await;
                    });
                }
                pending::<()>().await;
            });
            drop_after_turns(long).await;
            assert_eq!(notes.take(), ["body", "a", "b"]);
        });
    });
}

#[test]
fn a_task_that_panics_ends_its_siblings_first() {
    alone(|| {
        let notes = Notes::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            block_on(scope(async |s| {
                let dropped = notes.when_dropped("sibling");
                s.spawn(async move {
                    let _dropped = dropped;
                    pending::<()>().await;
                });
                s.spawn(async { panic!("in a task") });
                let _body = notes.when_dropped("body");
                pending::<()>().await;
            }));
        }));
        let payload = panicked.unwrap_err();
        assert_eq!(*payload.downcast::<&str>().unwrap(), "in a task");
        assert_eq!(notes.take(), ["sibling", "body"]);
    });
}

#[test]
fn a_body_that_panics_ends_the_tasks_first() {
    alone(|| {
        let notes = Notes::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            block_on(async {
                let _outer = notes.when_dropped("outer");
                scope(async |s| {
                    let dropped = notes.when_dropped("task");
                    s.spawn(async move {
                        let _dropped = dropped;
                        pending::<()>().await;
                    });
                    yield_now().await;
                    panic!("in the body");
                })
                .await;
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(notes.take(), ["task", "outer"]);
    });
}

#[test]
fn one_that_is_aborted_is_no_failure() {
    alone(|| {
        let notes = Notes::default();
        block_on(scope(async |s| {
            let dropped = notes.when_dropped("its own");
            let task = s.spawn(async move {
                let _dropped = dropped;
                pending::<()>().await;
            });
            yield_now().await;
            task.abort();
            assert_eq!(notes.take(), ["its own"]);
            assert!(task.await.unwrap_err().is_cancelled());
            // The scope may end with it.
            let last = s.spawn(pending::<()>());
            last.abort();
        }));
    });
}

#[test]
fn cancelled_from_outside_the_innermost_ends_first() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let outer = scope(async |s| {
                let (inner, middle) =
                    (notes.when_dropped("inner"), notes.when_dropped("middle"));
                s.spawn(async move {
                    let _middle = middle;
                    scope(async |s| {
                        s.spawn(async move {
                            let _inner = inner;
                            pending::<()>().await;
                        });
                    })
                    .await;
                });
            });
            drop_after_turns(outer).await;
            assert_eq!(notes.take(), ["inner", "middle"]);
        });
    });
}

#[test]
fn what_has_ended_is_freed_at_once() {
    alone(|| {
        let notes = Notes::default();
        block_on(scope(async |s| {
            let held = notes.when_dropped("held");
            s.spawn(async move { drop(held) });
            yield_now().await;
            yield_now().await;
            assert_eq!(notes.take(), ["held"]);
        }));
    });
}

#[test]
fn only_those_that_were_woken_are_polled() {
    alone(|| {
        let polls = Cell::new(0);
        block_on(scope(async |s| {
            let mut tasks = Vec::new();
            for _ in 0..100 {
                let polls = &polls;
                tasks.push(s.spawn(async move {
                    let mut is_first = true;
                    poll_fn(|_| {
                        polls.set(polls.get() + 1);
                        match mem::replace(&mut is_first, false) {
                            true => Poll::Pending,
                            false => Poll::Ready(()),
                        }
                    })
                    .await;
                }));
            }
            yield_now().await;
            yield_now().await;
            assert_eq!(polls.get(), 100);
            for _ in 0..10 {
                yield_now().await;
            }
            assert_eq!(polls.get(), 100);
            let ended = s.spawn(sleep(Duration::from_millis(1)));
            ended.await.unwrap();
            assert_eq!(polls.get(), 100);
            // They would wait for ever.
            tasks.iter().for_each(|task| task.abort());
        }));
    });
}

/// Forgotten after its first poll, it never runs its tasks again, though they
/// are woken: what they borrow may be gone.
#[test]
fn a_scope_that_is_forgotten_runs_no_more() {
    alone(|| {
        let polls = Rc::new(Cell::new(0));
        let wakers: Rc<std::cell::RefCell<Vec<Waker>>> = Rc::default();
        block_on(async {
            let borrowed = vec![1, 2, 3];
            {
                let borrowed = &borrowed;
                let (polls, wakers) = (polls.clone(), wakers.clone());
                let mut forgotten = Box::pin(scope(async move |s| {
                    s.spawn(async move {
                        poll_fn(|context| {
                            polls.set(polls.get() + 1);
                            wakers.borrow_mut().push(context.waker().clone());
                            Poll::<()>::Pending
                        })
                        .await;
                        assert_eq!(borrowed.len(), 3);
                    });
                }));
                let mut context = Context::from_waker(Waker::noop());
                for _ in 0..2 {
                    let poll = Pin::new(&mut forgotten).poll(&mut context);
                    assert!(poll.is_pending());
                }
                mem::forget(forgotten);
            }
            drop(borrowed);
            assert_eq!(polls.get(), 1);
            for waker in wakers.take() {
                waker.wake();
            }
            for _ in 0..3 {
                yield_now().await;
            }
            assert_eq!(polls.get(), 1);
        });
    });
}

#[test]
fn a_destructor_that_panics_does_not_keep_the_others() {
    alone(|| {
        let notes = Notes::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            block_on(async {
                let long = scope(async |s| {
                    for name in ["a", "b"] {
                        let dropped = notes.when_dropped(name);
                        s.spawn(async move {
                            let _dropped = dropped;
                            let _panics = PanicsWhenDropped("in a task");
                            pending::<()>().await;
                        });
                    }
                });
                drop_after_turns(long).await;
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(notes.take(), ["a", "b"]);
    });
}

#[test]
fn ten_thousand_tasks_in_a_scope() {
    alone(|| {
        let sum = Cell::new(0_u64);
        block_on(scope(async |s| {
            for n in 0..10_000 {
                let sum = &sum;
                s.spawn(async move {
                    yield_now().await;
                    sum.set(sum.get() + n);
                });
            }
        }));
        assert_eq!(sum.get(), 49_995_000);
    });
}

#[test]
fn a_scope_may_be_in_a_task() {
    alone(|| {
        block_on(async {
            let task = spawn(async {
                let word = String::from("its own");
                let word = &word;
                scope(async |s| {
                    let length = s.spawn(async move { word.len() });
                    length.await.unwrap()
                })
                .await
            });
            assert_eq!(task.await.unwrap(), 7);
        });
    });
}
