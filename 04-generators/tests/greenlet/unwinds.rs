//! What happens to a greenlet that is dropped.

use super::{end_of, panic_of};
use generators::Resumed::Yielded;
use generators::{Greenlet, Resumed, Yielder};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process;
use std::rc::Rc;
use std::sync::mpsc::{Sender, channel};
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

/// One that has paused, and is in the log if it is unwound.
fn paused(log: &Log) -> Greenlet<(), u32, ()> {
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
    greenlet
}

const UNWOUND: [&str; 3] = ["second", "first", "captured"];

#[test]
fn paused_it_is_unwound() {
    let log = Log::default();
    drop(paused(&log));
    log.is(&UNWOUND);
    assert!(!thread::panicking());
}

#[test]
fn its_destructors_run_on_its_own_stack() {
    /// Says where on the stack its destructor runs.
    struct Where(Rc<Cell<usize>>);
    impl Drop for Where {
        fn drop(&mut self) {
            let local = 1_u8;
            self.0.set((&raw const local).addr());
        }
    }
    let place = Rc::new(Cell::new(0));
    let inside = Where(place.clone());
    let mut greenlet = Greenlet::new("where", move |(), y: &_| {
        let local = 1_u8;
        let _inside = inside;
        y.suspend((&raw const local).addr());
    })
    .unwrap();
    let Yielded(paused) = greenlet.resume(()) else { panic!("it has ended") };
    drop(greenlet);
    assert!(place.get().abs_diff(paused) < 64 << 10);
}

#[test]
fn it_is_unwound_while_another_panic_unwinds() {
    let log = Log::default();
    let said = panic_of(|| {
        let _greenlet = paused(&log);
        panic!("the other")
    });
    assert_eq!(said, "the other");
    log.is(&UNWOUND);
    assert!(!thread::panicking());
}

#[test]
fn nested_ones_are_unwound_first() {
    let log = Log::default();
    let inside = log.clone();
    let mut outer = Greenlet::new("outer", move |(), y: &_| {
        let _last = inside.guard("outer");
        let _inner = paused(&inside);
        y.suspend(());
    })
    .unwrap();
    outer.resume(());
    drop(outer);
    log.is(&["second", "first", "captured", "outer"]);
}

#[test]
fn a_thread_that_ends_unwinds_those_that_it_keeps() {
    thread_local! {
        static KEPT: RefCell<Vec<Greenlet<(), u32, ()>>> =
            const { RefCell::new(Vec::new()) };
    }
    struct Says(Sender<&'static str>);
    impl Drop for Says {
        fn drop(&mut self) {
            self.0.send("unwound").unwrap();
        }
    }

    let (sender, said) = channel();
    let thread = thread::spawn(move || {
        let mut greenlet = Greenlet::new("kept", |(), y: &_| {
            let _says = Says(sender);
            y.suspend(1);
        })
        .unwrap();
        greenlet.resume(());
        KEPT.with_borrow_mut(|kept| kept.push(greenlet));
    });
    thread.join().unwrap();
    assert_eq!(said.try_recv(), Ok("unwound"));
}

#[test]
fn forgotten_it_is_leaked() {
    let log = Log::default();
    mem::forget(paused(&log));
    log.is(&[]);
}

#[test]
fn kept_alive_by_its_own_stack_it_is_leaked() {
    let log = Log::default();
    let handle = Rc::new(RefCell::new(None));
    let (own, end) = (handle.clone(), log.guard("unwound"));
    let mut greenlet = Greenlet::new("circle", move |(), y: &_| {
        let _both = (own, end);
        y.suspend(());
    })
    .unwrap();
    let _: Resumed<(), ()> = greenlet.resume(());
    *handle.borrow_mut() = Some(greenlet);
    drop(handle);
    log.is(&[]);
}

#[test]
fn if_it_catches_that_and_returns_its_value_is_dropped() {
    let log = Log::default();
    let inside = log.clone();
    let mut greenlet = Greenlet::new("returns", move |(), y: &_| {
        let _ = catch_unwind(AssertUnwindSafe(|| y.suspend(())));
        inside.guard("value")
    })
    .unwrap();
    greenlet.resume(());
    drop(greenlet);
    log.is(&["value"]);
}

#[test]
fn if_it_catches_that_and_pauses_it_is_unwound_again() {
    let log = Log::default();
    let inside = log.clone();
    let mut greenlet = Greenlet::new("again", move |(), y: &_| {
        let _last = inside.guard("end");
        for _ in 0..50 {
            let given = inside.guard("given");
            let pause = AssertUnwindSafe(|| y.suspend(given));
            assert!(catch_unwind(pause).is_err());
        }
    })
    .unwrap();
    drop(greenlet.resume(()));
    log.is(&["given"]);
    drop(greenlet);
    let mut expected = vec!["given"; 50];
    expected.push("end");
    log.is(&expected);
}

#[test]
fn if_it_never_ends_its_stack_is_leaked_and_that_is_said() {
    let ran = end_of(|| {
        let mut greenlet = Greenlet::new("stubborn", |(), y: &_| {
            let local = String::from("on the stack");
            loop {
                let pause =
                    AssertUnwindSafe(|| y.suspend(local.as_ptr().addr()));
                let _ = catch_unwind(pause);
            }
        })
        .unwrap();
        let _: Resumed<usize, ()> = greenlet.resume(());
        drop(greenlet);
        // What is on its stack is still there: another does not get it.
        let mut next = Greenlet::new("next", |(), y: &_| {
            let local = [1; 1000];
            y.suspend(local.len());
        })
        .unwrap();
        assert_eq!(next.resume(()), Yielded(1000));
    });
    assert!(ran.status.success(), "{}", ran.stderr);
    let expected = "greenlet `stubborn` was dropped and does not end: it was \
                    unwound 100 times, and its stack is leaked\n";
    assert_eq!(ran.stderr, expected);
}

/// Panics when it is dropped.
struct Fails(&'static str);

impl Drop for Fails {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

fn fails_when_unwound() -> Greenlet<(), (), ()> {
    let mut greenlet = Greenlet::new("fails", |(), y: &_| {
        // A panic in a destructor while something unwinds would end the
        // process: this one runs afterwards.
        let _ = catch_unwind(AssertUnwindSafe(|| y.suspend(())));
        drop(Fails("destructor"));
    })
    .unwrap();
    greenlet.resume(());
    greenlet
}

#[test]
fn a_panic_of_a_destructor_goes_to_what_drops_it() {
    let greenlet = fails_when_unwound();
    assert_eq!(panic_of(|| drop(greenlet)), "destructor");
}

#[test]
fn a_panic_of_a_destructor_gives_way_to_another_panic() {
    let greenlet = fails_when_unwound();
    let said = panic_of(|| {
        let _greenlet = greenlet;
        panic!("the other")
    });
    assert_eq!(said, "the other");
}

#[test]
fn what_it_hands_out_last_may_panic_when_it_is_dropped() {
    let mut greenlet = Greenlet::new("hands out", |(), y: &_| {
        y.suspend(None);
        let _ = catch_unwind(AssertUnwindSafe(|| y.suspend(None)));
        y.suspend(Some(Fails("handed out")));
    })
    .unwrap();
    greenlet.resume(());
    greenlet.resume(());
    assert_eq!(panic_of(|| drop(greenlet)), "handed out");
}

/// Pauses when it is dropped.
struct Pauses<'a>(&'a Yielder<(), &'static str>);

impl Drop for Pauses<'_> {
    fn drop(&mut self) {
        self.0.suspend("in the destructor");
    }
}

#[test]
fn a_destructor_can_pause_if_nothing_unwinds() {
    let mut greenlet = Greenlet::new("pauses", |(), y: &_| {
        drop(Pauses(y));
    })
    .unwrap();
    assert_eq!(greenlet.resume(()), Yielded("in the destructor"));
    greenlet.resume(());
    assert!(greenlet.is_finished());
}

#[test]
fn a_destructor_cannot_pause_while_its_greenlet_unwinds() {
    let ran = end_of(|| {
        let mut greenlet = Greenlet::new("unwinds", |(), y: &_| {
            let _pauses = Pauses(y);
            panic!("why it unwinds");
        })
        .unwrap();
        let _: Resumed<_, ()> = greenlet.resume(());
    });
    assert!(ran.status.code().is_none(), "{}", ran.status);
    for said in [
        "why it unwinds",
        "greenlet `unwinds` cannot pause in a destructor while it unwinds",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn it_can_be_resumed_and_can_pause_while_another_panic_unwinds() {
    struct Resumes(Greenlet<u32, u32, ()>);
    impl Drop for Resumes {
        fn drop(&mut self) {
            assert!(thread::panicking());
            assert_eq!(self.0.resume(2), Yielded(2));
        }
    }
    let mut greenlet = Greenlet::new("used", |first, y: &_| {
        let mut given = first;
        loop {
            given = y.suspend(given);
        }
    })
    .unwrap();
    assert_eq!(greenlet.resume(1), Yielded(1));
    let resumes = Resumes(greenlet);
    let call = AssertUnwindSafe(move || {
        let _resumes = resumes;
        resume_unwind(Box::new("the other"));
    });
    let payload: Box<dyn Any + Send> = catch_unwind(call).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"the other"));
}

#[test]
fn the_process_can_end_inside() {
    let ran = end_of(|| {
        let mut greenlet = Greenlet::new("ends", |(), _: &Yielder<(), ()>| {
            process::exit(3);
        })
        .unwrap();
        let _: Resumed<(), ()> = greenlet.resume(());
    });
    assert_eq!(ran.status.code(), Some(3));
}
