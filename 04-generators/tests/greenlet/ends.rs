//! How a greenlet ends: by returning, by a panic, by being dropped.

use super::{panic_of, ran_by};
use generators::Resumed::{Returned, Yielded};
use generators::{Greenlet, Resumed, Yielder};
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::process::Command;
use std::rc::Rc;
use std::sync::Mutex;
use std::thread;

#[test]
fn a_panic_reaches_the_resumer_with_its_payload() {
    let mut greenlet = Greenlet::new("fails", |n: u32, y: &_| {
        y.suspend(());
        panic!("number {n}");
    })
    .unwrap();
    let _: Resumed<(), ()> = greenlet.resume(3);
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
fn a_panic_passes_through_nested_greenlets_and_nobody_else_sees_it() {
    #[derive(Debug, PartialEq)]
    struct Payload(Box<u32>);

    let mut outer = Greenlet::new("outer", |(), _: &Yielder<(), ()>| {
        let mut inner = Greenlet::new("inner", |(), _: &Yielder<(), ()>| {
            panic_any(Payload(Box::new(7)));
        })
        .unwrap();
        let _: Resumed<(), ()> = inner.resume(());
    })
    .unwrap();
    let call = AssertUnwindSafe(|| outer.resume(()));
    let payload = catch_unwind(call).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&Payload(Box::new(7))));
    assert!(outer.is_finished() && !thread::panicking());
}

#[test]
fn it_can_catch_a_panic_and_pause_afterwards() {
    let mut greenlet = Greenlet::new("catches", |(), y: &_| {
        let said = panic_of(|| {
            y.suspend("before");
            panic!("inside")
        });
        assert!(!thread::panicking());
        y.suspend("after");
        said
    })
    .unwrap();
    assert_eq!(greenlet.resume(()), Yielded("before"));
    assert_eq!(greenlet.resume(()), Yielded("after"));
    assert_eq!(greenlet.resume(()), Returned("inside".to_string()));
}

#[test]
fn what_it_holds_is_gone_when_it_ends_and_not_with_its_handle() {
    let held = Rc::new(());
    let captured = held.clone();
    let mut greenlet = Greenlet::new("ends", move |given: Rc<()>, y: &_| {
        let _captured = captured;
        let _local = given.clone();
        y.suspend(());
    })
    .unwrap();
    greenlet.resume(held.clone());
    assert_eq!(Rc::strong_count(&held), 4);
    greenlet.resume(held.clone());
    assert!(greenlet.is_finished());
    assert_eq!(Rc::strong_count(&held), 1);
    // Nor is what is handed to one that has ended lost.
    let late = held.clone();
    panic_of(|| greenlet.resume(late));
    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn what_resumes_itself_or_what_has_resumed_it_is_refused() {
    type Shared = Rc<RefCell<Option<Greenlet<(), (), String>>>>;
    fn resume(shared: &Shared) -> Resumed<(), String> {
        shared.borrow_mut().as_mut().unwrap().resume(())
    }

    for depth in [1, 2] {
        let itself = Shared::default();
        let shared = itself.clone();
        let greenlet = Greenlet::new("circle", move |(), _: &Yielder<_, _>| {
            if depth == 1 {
                return panic_of(|| resume(&shared));
            }
            let mut inner =
                Greenlet::new("inner", move |(), _: &Yielder<(), ()>| {
                    panic_of(|| resume(&shared))
                })
                .unwrap();
            match inner.resume(()) {
                Returned(said) => said,
                Yielded(()) => unreachable!(),
            }
        });
        *itself.borrow_mut() = Some(greenlet.unwrap());
        let Returned(said) = resume(&itself) else { panic!("it pauses") };
        assert!(said.contains("already"), "{said}");
    }
}

#[test]
fn a_borrow_and_a_lock_are_held_over_a_pause() {
    thread_local! {
        static SHARED: RefCell<u32> = const { RefCell::new(0) };
    }
    let lock = Rc::new(Mutex::new(0));
    let inside = lock.clone();
    let mut greenlet = Greenlet::new("holds", move |(), y: &_| {
        let _guard = inside.lock().unwrap();
        SHARED.with_borrow_mut(|shared| {
            y.suspend(());
            *shared += 1;
        });
    })
    .unwrap();
    greenlet.resume(());
    let said = panic_of(|| SHARED.with_borrow(|shared| *shared));
    assert!(said.contains("already mutably borrowed"), "{said}");
    // `lock` would wait for ever.
    assert!(lock.try_lock().is_err());
    greenlet.resume(());
    assert_eq!(SHARED.with_borrow(|shared| *shared), 1);
    assert_eq!(*lock.lock().unwrap(), 0);
}

#[test]
fn a_thousand_run_inside_one_another() {
    fn nest(depth: u32, reached: &Rc<Cell<u32>>) {
        reached.set(reached.get() + 1);
        if depth == 0 {
            return;
        }
        let reached = reached.clone();
        let run = move |(), y: &Yielder<(), u32>| {
            nest(depth - 1, &reached);
            y.suspend(depth);
            reached.set(reached.get() - 1);
        };
        let mut greenlet = Greenlet::new("nested", run).unwrap();
        assert_eq!(greenlet.resume(()), Yielded(depth));
        assert_eq!(greenlet.resume(()), Returned(()));
    }
    let reached = Rc::new(Cell::new(0));
    nest(1000, &reached);
    assert_eq!(reached.get(), 1);
}

#[test]
fn a_backtrace_ends_where_its_stack_begins() {
    #[inline(never)]
    fn resume_it(greenlet: &mut Greenlet<(), (), String>) -> String {
        match greenlet.resume(()) {
            Returned(backtrace) => backtrace,
            Yielded(()) => unreachable!(),
        }
    }
    let trace =
        |(), _: &Yielder<(), ()>| Backtrace::force_capture().to_string();
    let mut greenlet = Greenlet::new("traces", trace).unwrap();
    let backtrace = resume_it(&mut greenlet);
    let (_, below) = backtrace.rsplit_once("switch::start").expect(&backtrace);
    assert!(below.lines().count() <= 3, "{backtrace}");
    assert!(!backtrace.contains("resume_it"), "{backtrace}");
}

#[test]
fn a_short_backtrace_leaves_out_how_it_began() {
    let mut command = Command::new(env::current_exe().unwrap());
    let ran = ran_by(command.env("RUST_BACKTRACE", "1"), || {
        let panics = |(), _: &Yielder<(), ()>| panic!("inside");
        let mut greenlet = Greenlet::new("panics", panics).unwrap();
        let _: Resumed<(), ()> = greenlet.resume(());
    });
    assert!(ran.stderr.contains("stack backtrace:"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("catch_unwind"), "{}", ran.stderr);
}
