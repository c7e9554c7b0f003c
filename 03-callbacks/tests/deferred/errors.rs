//! Where errors come from, and where they are heard.

use super::{Log, millis, new_loop};
use callbacks::{Deferred, Error, Loop, Why};
use lab::Failure;
use std::cell::Cell;
use std::env;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;
use trials::watchdog;

/// What the test `name` writes to stderr as it runs `run`, in a process of its
/// own.
fn stderr_of(name: &str, run: impl FnOnce()) -> Vec<String> {
    const VARIABLE: &str = "DEFERRED_STDERR_OF";
    if env::var_os(VARIABLE).is_some() {
        run();
        process::exit(0);
    }
    let mut command = Command::new(env::current_exe().expect("a file"));
    command.args([
        "--exact",
        "--nocapture",
        &format!("deferred::errors::{name}"),
    ]);
    command.env(VARIABLE, "1");
    let ran = watchdog::run(&mut command, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    ran.stderr.lines().map(str::to_owned).collect()
}

#[test]
fn a_resolver_that_is_dropped_unused_is_heard_of() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, number) = Deferred::<i32>::new(&events);
    let origin: Rc<Cell<u32>> = Rc::default();
    let seen = origin.clone();
    log.end(number.catch(move |_, error| {
        seen.set(error.origin.line());
        Err(error)
    }));
    events.after(millis(1), |_| drop(resolver));
    events.run().unwrap();
    assert_eq!(log.taken(), ["its resolver was dropped unused"]);
    assert!(origin.get() > 1, "its origin is the line that made it");
}

#[test]
fn a_callback_that_drops_what_it_owns_with_a_panic_is_heard_of() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, number) = Deferred::<i32>::new(&events);
    let bad = Bad;
    // It is not called, and dropped.
    log.end(number.catch(move |_, _| {
        let _owned = &bad;
        Ok(0)
    }));
    resolver.resolve(1);
    let ran = catch_unwind(AssertUnwindSafe(|| events.run()));
    assert!(ran.is_err(), "the loop hands the panic on");
    assert_eq!(log.taken(), ["its resolver was dropped unused"]);
}

#[test]
fn an_error_that_no_callback_takes_is_written_once_with_its_origin() {
    let first = line!() + 6;
    let run = || {
        let mut events = new_loop();
        let (resolver, number) = Deferred::new(&events);
        number
            // Passed on, that is not written again.
            .then(|_, text: String| Ok(text.parse::<i32>()?))
            .catch(|_, error| Err(error))
            .then(|_, n| Ok(n + 1));
        resolver.resolve("seven".to_owned());
        let (resolver, number) = Deferred::<i32>::new(&events);
        resolver.reject(Why::TimedOut);
        drop(number);
        let (resolver, number) = Deferred::<i32>::new(&events);
        number.then(|_, n| if n == 1 { panic!("no") } else { Ok(n) });
        resolver.resolve(1);
        drop(Deferred::<i32>::new(&events));
        // These are taken.
        let (resolver, number) = Deferred::<i32>::new(&events);
        number.catch(|_, _| Ok(0));
        resolver.reject(Why::TimedOut);
        let (_resolver, number) = Deferred::<i32>::new(&events);
        number.canceller().cancel(&mut events);
        let (resolver, number) = Deferred::<i32>::new(&events);
        number.canceller().cancel(&mut events);
        resolver.reject(Why::TimedOut);
        drop(number);
        events.run().unwrap();
    };
    let test =
        "an_error_that_no_callback_takes_is_written_once_with_its_origin";
    let stderr = stderr_of(test, run);
    let mut written: Vec<_> = stderr
        .iter()
        .filter_map(|line| line.strip_prefix("no callback has taken this "))
        .collect();
    written.sort_unstable();
    let expected = [
        ("invalid digit found in string", first),
        ("its resolver was dropped unused", first + 10),
        ("panicked: no", first + 8),
        ("timed out", first + 5),
    ];
    assert_eq!(written.len(), expected.len(), "{stderr:#?}");
    for (written, (error, line)) in written.iter().zip(expected) {
        let start = format!("error: {error} (from ");
        assert!(written.starts_with(&start), "{error}: {stderr:#?}");
        let place = format!("{}:{line}:", file!());
        assert!(written.contains(&place), "{place}: {stderr:#?}");
    }
}

#[test]
fn errors_of_all_kinds_are_made_by_a_question_mark() {
    fn io() -> Result<(), Error> {
        Ok(Err(io::Error::other("full"))?)
    }
    fn failure() -> Result<(), Error> {
        Ok(Err(Failure::TimedOut)?)
    }
    let line = line!();
    let (io, failure) = (io().unwrap_err(), failure().unwrap_err());
    assert_eq!(io.to_string(), "full");
    assert_eq!(io.origin.line(), line - 5);
    assert_eq!(failure.origin.line(), line - 2);
    let Why::Failed(failure) = failure.why else { panic!("{failure}") };
    assert!(matches!(*failure.downcast().unwrap(), Failure::TimedOut));
}

#[test]
fn without_a_loop_callbacks_are_dropped_and_errors_are_written() {
    let run = || {
        let events = new_loop();
        let counted = Rc::new(());
        let chain = |events: &Loop| {
            let counted = counted.clone();
            let (resolver, number) = Deferred::<i32>::new(events);
            let chain = number.then(move |_, _| {
                drop(counted);
            });
            (resolver, chain)
        };
        let (early, first) = chain(&events);
        early.reject(io::Error::other("early"));
        let (late, second) = chain(&events);
        let (unused, third) = chain(&events);
        drop(events);
        late.reject(io::Error::other("late"));
        drop(unused);
        drop((first, second, third));
        assert_eq!(Rc::strong_count(&counted), 1);
    };
    let test = "without_a_loop_callbacks_are_dropped_and_errors_are_written";
    let stderr = stderr_of(test, run);
    let written: Vec<_> = stderr
        .iter()
        .filter_map(|line| line.strip_prefix("no callback has taken this "))
        .collect();
    let [early, late] = written[..] else { panic!("{stderr:#?}") };
    assert!(early.starts_with("error: early"), "{early}");
    assert!(late.starts_with("error: late"), "{late}");
}
