//! Abort, at every moment of a task's life.

use crate::{Notes, PanicsWhenDropped};
use own_executor::task::{AbortHandle, yield_now};
use own_executor::{block_on, spawn};
use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use trials::alone;

#[test]
fn before_its_first_poll_it_is_never_polled() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let (other, dropped) = (notes.clone(), notes.when_dropped("drop"));
            let task = spawn(async move {
                let _dropped = dropped;
                other.add("it runs");
            });
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        });
        assert_eq!(notes.take(), ["drop"]);
    });
}

#[test]
fn after_its_end_it_changes_nothing() {
    alone(|| {
        block_on(async {
            let task = spawn(async { 1 });
            yield_now().await;
            task.abort();
            assert_eq!(task.await.unwrap(), 1);
        });
    });
}

/// Aborts itself, and then pauses or does not.
fn abort_itself(pauses: bool) -> Result<u32, own_executor::task::JoinError> {
    block_on(async {
        let handle: Rc<RefCell<Option<AbortHandle>>> = Rc::default();
        let own = handle.clone();
        let task = spawn(async move {
            own.borrow().as_ref().unwrap().abort();
            if pauses {
                pending::<()>().await;
            }
            7
        });
        *handle.borrow_mut() = Some(task.abort_handle());
        task.await
    })
}

#[test]
fn one_that_aborts_itself_ends_at_its_next_pause() {
    alone(|| {
        assert_eq!(abort_itself(false).unwrap(), 7);
        assert!(abort_itself(true).unwrap_err().is_cancelled());
    });
}

#[test]
fn abort_and_drop_of_the_handle_still_end_it_now() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let dropped = notes.when_dropped("its own");
            let task = spawn(async move {
                let _dropped = dropped;
                pending::<()>().await;
            });
            yield_now().await;
            task.abort();
            drop(task);
            yield_now().await;
            assert_eq!(notes.take(), ["its own"]);
        });
    });
}

#[test]
fn a_destructor_that_panics_then_is_a_panic_not_a_cancellation() {
    alone(|| {
        block_on(async {
            let task = spawn(async {
                let _panics = PanicsWhenDropped("in a destructor");
                pending::<()>().await;
            });
            yield_now().await;
            task.abort();
            let why = task.await.unwrap_err();
            assert!(why.is_panic() && !why.is_cancelled(), "{why:?}");
        });
    });
}

#[test]
fn a_task_that_joins_itself_can_be_aborted() {
    alone(|| {
        block_on(async {
            type Own = Rc<RefCell<Option<own_executor::task::JoinHandle<()>>>>;
            let own: Own = Rc::default();
            let inside = own.clone();
            let task = spawn(async move {
                let own = inside.borrow_mut().take().unwrap();
                let _ = own.await;
            });
            let abort = task.abort_handle();
            *own.borrow_mut() = Some(task);
            yield_now().await;
            assert!(!abort.is_finished());
            abort.abort();
            yield_now().await;
            assert!(abort.is_finished());
        });
    });
}
