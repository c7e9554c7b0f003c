//! Handles: what they say, and when.

use crate::{Notes, PanicsWhenDropped};
use own_executor::task::{AbortHandle, JoinHandle, yield_now};
use own_executor::{block_on, spawn};
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use trials::alone;

#[test]
fn the_end_is_seen_only_after_the_future_is_dropped() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let dropped = notes.when_dropped("future");
            let task = spawn(async move {
                let _dropped = &dropped;
                pending::<()>().await;
            });
            yield_now().await;
            task.abort();
            assert!(!task.is_finished());
            while !task.is_finished() {
                assert_eq!(notes.take(), [""; 0]);
                yield_now().await;
            }
            assert_eq!(notes.take(), ["future"]);
            assert!(task.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn a_panic_goes_to_the_joiner_and_to_nobody_else() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let dropped = notes.when_dropped("its own");
            let task = spawn(async move {
                let _dropped = dropped;
                yield_now().await;
                panic!("no more");
            });
            let other = spawn(async { 5 });
            let why: own_executor::task::JoinError = task.await.unwrap_err();
            assert!(why.is_panic() && !why.is_cancelled());
            assert_eq!(why.to_string(), "the task has panicked: no more");
            assert_eq!(notes.take(), ["its own"]);
            let payload = why.into_panic();
            assert_eq!(*payload.downcast::<&str>().unwrap(), "no more");
            assert_eq!(other.await.unwrap(), 5);
        });
    });
}

#[test]
fn a_destructor_that_panics_at_the_end_of_the_body_is_a_panic() {
    alone(|| {
        block_on(async {
            let task = spawn(async {
                let _panics = PanicsWhenDropped("in a destructor");
                5
            });
            assert!(task.await.unwrap_err().is_panic());
        });
    });
}

/// It is ready at once, and panics when it is dropped after that.
struct ReadyAndPanics {
    output: Option<crate::Dropped>,
    _panics: PanicsWhenDropped,
}

impl Future for ReadyAndPanics {
    type Output = crate::Dropped;

    fn poll(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<crate::Dropped> {
        Poll::Ready(self.output.take().unwrap())
    }
}

#[test]
fn a_destructor_that_panics_after_the_end_takes_the_value_with_it() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let task = spawn(ReadyAndPanics {
                output: Some(notes.when_dropped("output")),
                _panics: PanicsWhenDropped("as a field"),
            });
            assert!(task.await.err().unwrap().is_panic());
            assert_eq!(notes.take(), ["output"]);
        });
    });
}

#[test]
fn an_output_that_nobody_joins_may_panic_when_it_is_dropped() {
    alone(|| {
        block_on(async {
            // Dropped before the task ends, and after.
            drop(spawn(async { PanicsWhenDropped("output") }));
            let task = spawn(async { PanicsWhenDropped("output") });
            yield_now().await;
            assert!(task.is_finished());
            drop(task);
        });
    });
}

#[test]
fn a_handle_polled_after_its_end_panics() {
    alone(|| {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            block_on(async {
                let mut task = spawn(async { 1 });
                assert_eq!((&mut task).await.unwrap(), 1);
                let _ = (&mut task).await;
            });
        }));
        let said = panicked.unwrap_err();
        let said: &&str = said.downcast_ref().unwrap();
        assert!(said.contains("after it was ready"), "{said}");
    });
}

#[test]
fn into_panic_of_one_that_was_cancelled_panics() {
    alone(|| {
        let panicked = catch_unwind(|| {
            block_on(async {
                let task = spawn(pending::<()>());
                task.abort();
                let why = task.await.unwrap_err();
                assert_eq!(why.to_string(), "the task was cancelled");
                assert_eq!(format!("{why:?}"), "JoinError::Cancelled");
                let why = why.try_into_panic().unwrap_err();
                drop(why.into_panic());
            });
        });
        assert!(panicked.is_err());
    });
}

#[test]
fn only_the_last_waker_of_a_handle_rings() {
    alone(|| {
        let notes = Notes::default();
        let [first, last] =
            ["first", "last"].map(|name| crate::noting_waker(&notes, name));
        block_on(async {
            let mut task = pin!(spawn(yield_now()));
            for waker in [&first, &last] {
                let mut context = Context::from_waker(waker);
                assert!(task.as_mut().poll(&mut context).is_pending());
            }
            while !task.is_finished() {
                yield_now().await;
            }
            poll_fn(|context| task.as_mut().poll(context)).await.unwrap();
        });
        assert_eq!(notes.take(), ["last"]);
    });
}

#[test]
fn a_detached_task_goes_on() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let other = notes.clone();
            drop(spawn(async move {
                yield_now().await;
                other.add("it goes on");
            }));
            for _ in 0..3 {
                yield_now().await;
            }
        });
        assert_eq!(notes.take(), ["it goes on"]);
    });
}

#[test]
fn handles_go_where_their_output_may_go() {
    fn is_send<T: Send>() {}
    fn is_sync<T: Sync>() {}
    fn is_unpin<T: Unpin>() {}

    is_send::<JoinHandle<u32>>();
    is_unpin::<JoinHandle<std::marker::PhantomPinned>>();
    is_send::<AbortHandle>();
    is_sync::<AbortHandle>();
    is_send::<own_executor::task::JoinError>();
    is_sync::<own_executor::task::JoinError>();
}
