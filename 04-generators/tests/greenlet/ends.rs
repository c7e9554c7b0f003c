//! How a greenlet ends: by returning, by a panic, by being dropped.

use generators::Resumed::{Returned, Yielded};
use generators::{Greenlet, Yielder};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;

/// What has happened, in its order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<&'static str>>>);

impl Log {
    fn add(&self, what: &'static str) {
        self.0.borrow_mut().push(what);
    }

    /// Is added to the log when it is dropped.
    fn guard(&self, what: &'static str) -> Guard {
        Guard(self.clone(), what)
    }

    #[track_caller]
    fn is(&self, expected: &[&str]) {
        assert_eq!(*self.0.borrow(), expected);
    }
}

struct Guard(Log, &'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.add(self.1);
    }
}

/// What the call panics with.
fn panic_of<T>(call: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(call)) else {
        panic!("it did not panic");
    };
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().unwrap().to_string(),
    }
}

#[test]
fn a_panic_reaches_the_resumer_with_its_payload() {
    let mut greenlet = Greenlet::new("fails", |n: u32, y: &_| {
        y.suspend(());
        panic!("number {n}");
    })
    .unwrap();
    let _: generators::Resumed<(), ()> = greenlet.resume(3);
    assert_eq!(panic_of(|| greenlet.resume(4)), "number 3");
    assert!(greenlet.is_finished());
    assert!(!thread::panicking());
}

#[test]
fn resumed_after_its_end_it_says_so_each_time() {
    let mut greenlet =
        Greenlet::new("short", |(), _: &Yielder<(), ()>| ()).unwrap();
    assert_eq!(greenlet.resume(()), Returned(()));
    for _ in 0..2 {
        assert_eq!(
            panic_of(|| greenlet.resume(())),
            "greenlet `short` was resumed after its end"
        );
    }
}

#[test]
fn not_started_its_closure_is_dropped_and_never_runs() {
    let log = Log::default();
    let captured = log.guard("captured");
    let greenlet = Greenlet::new("new", move |(), _: &Yielder<(), ()>| {
        captured.0.add("runs");
    })
    .unwrap();
    drop(greenlet);
    log.is(&["captured"]);
}

#[test]
fn dropped_while_paused_it_is_unwound() {
    let log = Log::default();
    let inside = log.clone();
    let captured = log.guard("captured");
    let mut greenlet = Greenlet::new("paused", move |(), y: &_| {
        let _captured = captured;
        let _first = inside.guard("first");
        let _second = inside.guard("second");
        y.suspend(1);
        inside.add("goes on");
    })
    .unwrap();
    assert_eq!(greenlet.resume(()), Yielded(1));
    log.is(&[]);
    drop(greenlet);
    log.is(&["second", "first", "captured"]);
    assert!(!thread::panicking());
}
