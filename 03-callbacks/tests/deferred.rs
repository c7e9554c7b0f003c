//! What a Deferred promises. Names are sentences of its documentation.

use callbacks::{
    Canceller, Deferred, Error, Loop, Outcome, Resolver, Why, gather, race,
};
use lab::{Dice, Failure};
use std::cell::{Cell, RefCell};
use std::env;
use std::fmt::Display;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{self, Command};
use std::rc::{Rc, Weak};
use std::thread;
use std::time::{Duration, Instant};
use trials::watchdog;

/// What happened, in its order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn say(&self, what: impl Display) {
        self.0.borrow_mut().push(what.to_string());
    }

    /// What was said since the last look.
    fn taken(&self) -> Vec<String> {
        self.0.take()
    }

    /// Says what comes out at the end of a chain.
    fn end<T: Display + 'static>(&self, deferred: Deferred<T>) {
        let (log, other) = (self.clone(), self.clone());
        deferred
            .then(move |_, value| log.say(value))
            .catch(move |_, error| other.say(error));
    }
}

fn new_loop() -> Loop {
    Loop::new().expect("a loop")
}

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A Deferred that has its value already.
fn fired<T: 'static>(events: &Loop, value: T) -> Deferred<T> {
    let (resolver, deferred) = Deferred::new(events);
    resolver.resolve(value);
    deferred
}

/// Runs `test` with a stack of so few bytes that a recursion over 100,000
/// links would overflow it a hundred times.
fn with_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let builder = thread::Builder::new().stack_size(256 * 1024);
    builder.spawn(test).unwrap().join().unwrap();
}

/// What the test `name` writes to stderr as it runs `run`, in a process of its
/// own.
fn stderr_of(name: &str, run: impl FnOnce()) -> Vec<String> {
    const VARIABLE: &str = "DEFERRED_STDERR_OF";
    if env::var_os(VARIABLE).is_some() {
        run();
        process::exit(0);
    }
    let mut command = Command::new(env::current_exe().expect("a file"));
    command.args(["--exact", "--nocapture", &format!("deferred::{name}")]);
    command.env(VARIABLE, "1");
    let ran = watchdog::run(&mut command, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    ran.stderr.lines().map(str::to_owned).collect()
}

/// A callback for errors where there is none.
fn unexpected<T>(_: &mut Loop, error: Error) -> Result<T, Error> {
    unreachable!("{error}")
}

#[test]
fn each_callback_gets_what_the_one_before_it_returned() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, number) = Deferred::new(&events);
    let chain = number
        .then(|_, n: i32| Ok(n + 1))
        .then(|_, n| Ok(format!("<{n}>")))
        .catch(unexpected)
        .then(|_, text| Ok(text.repeat(2)));
    log.end(chain);
    resolver.resolve(1);
    events.run().unwrap();
    assert_eq!(log.taken(), ["<2><2>"]);
}

#[test]
fn an_error_or_a_panic_goes_to_the_next_catch_and_its_value_back_to_then() {
    let (mut events, log) = (new_loop(), Log::default());
    type Step = fn(&mut Loop, i32) -> Result<i32, Error>;
    let fails: Step = |_, _| Err(io::Error::other("broken").into());
    let panics: Step = |_, n| panic!("no {n}");
    for callback in [fails, panics] {
        let (resolver, number) = Deferred::new(&events);
        let chain = number
            .catch(unexpected)
            .then(callback)
            .then(|_, _| -> Result<i32, Error> { unreachable!() });
        let (first, second) = (log.clone(), log.clone());
        let chain = chain
            .catch(move |_, error| {
                first.say(&error);
                Err(error)
            })
            .catch(move |_, error| {
                second.say(error);
                Ok(3)
            })
            .catch(unexpected);
        log.end(chain);
        resolver.resolve(1);
    }
    events.run().unwrap();
    let broken = ["broken", "broken", "3"];
    let panicked = ["panicked: no 1", "panicked: no 1", "3"];
    assert_eq!(log.taken(), [broken, panicked].concat());
}

#[test]
fn a_catch_that_panics_is_heard_by_the_next_one() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, number) = Deferred::<i32>::new(&events);
    let chain =
        number.catch(|_, error| -> Result<i32, Error> { panic!("a {error}") });
    log.end(chain);
    resolver.reject(io::Error::other("b"));
    events.run().unwrap();
    assert_eq!(log.taken(), ["panicked: a b"]);
}

#[test]
fn a_chain_does_what_a_fold_over_results_does() {
    let mut dice = Dice::random();
    for _ in 0..200 {
        let mut events = new_loop();
        let (resolver, mut chain) = Deferred::new(&events);
        let mut expected: Result<usize, String> = Ok(0);
        let fire_first = dice.below(2) == 0;
        let mut resolver = Some(resolver);
        if fire_first {
            resolver.take().unwrap().resolve(0);
        }
        for n in 0..dice.below(30) {
            let (is_then, ends) = (dice.below(2) == 0, dice.below(4));
            let end = move |events: &mut Loop, so_far: String| match ends {
                0 => Outcome::Now(Err(io::Error::other(so_far).into())),
                1 => panic!("{so_far}"),
                2 => {
                    let (resolver, inner) = Deferred::new(events);
                    events.call_soon(move |_| resolver.resolve(n));
                    Outcome::Later(inner)
                }
                _ => Outcome::Now(Ok(n)),
            };
            chain = if is_then {
                chain.then(move |events, value| {
                    end(events, format!("{value} {n}"))
                })
            } else {
                chain.catch(move |events, error| {
                    end(events, format!("{error} {n}"))
                })
            };
            let so_far = match expected {
                Ok(value) if is_then => format!("{value} {n}"),
                Err(error) if !is_then => format!("{error} {n}"),
                other => {
                    expected = other;
                    continue;
                }
            };
            expected = match ends {
                0 => Err(so_far),
                1 => Err(format!("panicked: {so_far}")),
                _ => Ok(n),
            };
        }
        let log = Log::default();
        log.end(chain);
        if let Some(resolver) = resolver {
            resolver.resolve(0);
        }
        events.run().unwrap();
        let expected = match expected {
            Ok(value) => value.to_string(),
            Err(error) => error,
        };
        assert_eq!(log.taken(), [expected], "{}", dice.again());
    }
}

#[test]
fn a_callback_attached_from_within_another_is_called_after_it() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, number) = Deferred::new(&events);
    let end: Rc<Cell<Option<Deferred<i32>>>> = Rc::default();
    let (its_end, first, second) = (end.clone(), log.clone(), log.clone());
    let chain = number
        .then(move |_, n: i32| {
            first.say("first begins");
            let end = its_end.take().expect("it is there by now");
            let last = first.clone();
            end.then(move |_, n| last.say(format_args!("last {n}")));
            first.say("first returns");
            Ok(n + 1)
        })
        .then(move |_, n| {
            second.say(format_args!("second {n}"));
            Ok(n + 1)
        });
    end.set(Some(chain));
    resolver.resolve(1);
    events.run().unwrap();
    let order = ["first begins", "first returns", "second 2", "last 3"];
    assert_eq!(log.taken(), order);
}

#[test]
fn a_callback_that_is_attached_late_gets_what_the_chain_ended_with() {
    let (mut events, log) = (new_loop(), Log::default());
    let chain = fired(&events, 1).then(|_, n| Ok(n + 1));
    events.run().unwrap();

    let chain = chain.then(|_, n| Ok(n + 1));
    log.end(chain);
    assert!(log.taken().is_empty(), "it is called soon, not now");
    events.run().unwrap();
    assert_eq!(log.taken(), ["3"]);
}

#[test]
fn a_chain_waits_for_the_deferred_that_a_callback_returns() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, inner) = Deferred::new(&events);
    let (own, after) = (log.clone(), log.clone());
    let inner = inner.then(move |_, n: i32| {
        own.say("the inner's own");
        Ok(n + 1)
    });
    let outer =
        fired(&events, ()).then(move |_, ()| inner).then(move |_, n| {
            after.say("the outer's");
            Ok(n + 1)
        });
    log.end(outer);
    events.run().unwrap();
    assert!(log.taken().is_empty(), "it waits");

    resolver.resolve(1);
    events.run().unwrap();
    assert_eq!(log.taken(), ["the inner's own", "the outer's", "3"]);
}

#[test]
fn an_inner_deferred_that_fails_goes_to_the_next_catch_of_the_outer() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, inner) = Deferred::<i32>::new(&events);
    log.end(fired(&events, ()).then(move |_, ()| inner));
    events.run().unwrap();
    resolver.reject(Failure::TimedOut);
    events.run().unwrap();
    assert_eq!(log.taken(), [Failure::TimedOut.to_string()]);
}

/// Calls `end` at the end of the first turn in which something was queued.
fn in_one_turn(events: &mut Loop) {
    events.stop();
    events.run().unwrap();
}

#[test]
fn an_inner_deferred_that_is_here_already_costs_no_turn() {
    let (mut events, log) = (new_loop(), Log::default());
    let mut chain = fired(&events, 0);
    for _ in 0..10 {
        chain = chain.then(|events, n| fired(events, n + 1));
    }
    log.end(chain);
    in_one_turn(&mut events);
    assert_eq!(log.taken(), ["10"]);
}

#[test]
fn a_hundred_thousand_callbacks_need_little_stack_and_one_turn() {
    with_a_small_stack(|| {
        let (mut events, log) = (new_loop(), Log::default());
        let (resolver, mut chain) = Deferred::new(&events);
        for _ in 0..100_000 {
            chain = chain.then(|_, n: u32| Ok(n + 1));
        }
        log.end(chain);
        resolver.resolve(0);
        in_one_turn(&mut events);
        assert_eq!(log.taken(), ["100000"]);
    });
}

#[test]
fn a_hundred_thousand_callbacks_are_dropped_with_little_stack() {
    with_a_small_stack(|| {
        let (mut events, log) = (new_loop(), Log::default());
        let counted = Rc::new(());
        let chain = |events: &Loop| {
            let (resolver, mut chain) = Deferred::new(events);
            for _ in 0..100_000 {
                let counted = counted.clone();
                chain = chain.then(move |_, n: u32| {
                    drop(counted);
                    Ok(n + 1)
                });
            }
            (resolver, chain)
        };
        // Its resolver is dropped.
        let (resolver, end) = chain(&events);
        log.end(end);
        drop(resolver);
        in_one_turn(&mut events);
        assert_eq!(log.taken(), ["its resolver was dropped unused"]);
        assert_eq!(Rc::strong_count(&counted), 1);
        // The loop is dropped, and then its resolver, or the other way round.
        let (first, end) = chain(&events);
        log.end(end);
        let (second, end) = chain(&events);
        log.end(end);
        second.resolve(0);
        drop(events);
        drop(first);
        assert!(log.taken().is_empty());
        assert_eq!(Rc::strong_count(&counted), 1);
    });
}

#[test]
fn a_hundred_thousand_that_own_one_another_are_dropped_with_little_stack() {
    with_a_small_stack(|| {
        for loop_goes_first in [true, false] {
            let mut events = new_loop();
            let counted = Rc::new(());
            let (mut first, end) = Deferred::<()>::new(&events);
            drop(end);
            for _ in 0..100_000 {
                let (resolver, deferred) = Deferred::new(&events);
                let (next, counted) = (first, counted.clone());
                deferred.catch(move |_, error| {
                    drop(counted);
                    next.reject(error.why);
                });
                first = resolver;
            }
            if loop_goes_first {
                drop(events);
                drop(first);
            } else {
                drop(first);
                drop(events);
            }
            assert_eq!(Rc::strong_count(&counted), 1);
            events = new_loop();
            drop(events);
        }
    });
}

#[test]
fn a_hundred_thousand_that_wait_for_one_another_need_little_stack() {
    fn count(events: &mut Loop, n: u32) -> Deferred<u32> {
        let later = fired(events, n);
        later.then(|events, n| match n {
            0 => Outcome::Now(Ok(0)),
            _ => Outcome::Later(count(events, n - 1)),
        })
    }
    with_a_small_stack(|| {
        let (mut events, log) = (new_loop(), Log::default());
        let chain = count(&mut events, 100_000);
        log.end(chain);
        events.run().unwrap();
        assert_eq!(log.taken(), ["0"]);

        // Half-way.
        let chain = count(&mut events, 100_000);
        log.end(chain);
        for _ in 0..50_000 {
            in_one_turn(&mut events);
        }
        drop(events);
        assert!(log.taken().is_empty());
    });
}

#[test]
fn the_end_of_a_hundred_thousand_is_cancelled_with_little_stack() {
    with_a_small_stack(|| {
        let (mut events, log) = (new_loop(), Log::default());
        let (_resolver, mut chain) = Deferred::new(&events);
        for _ in 0..100_000 {
            chain = chain.then(|_, n: u32| Ok(n + 1));
        }
        let canceller = chain.canceller();
        log.end(chain);
        canceller.cancel(&mut events);
        in_one_turn(&mut events);
        assert_eq!(log.taken(), ["cancelled"]);
    });
}

#[test]
fn a_deferred_that_waits_for_itself_says_so() {
    let (mut events, log) = (new_loop(), Log::default());
    // It is its own end, or the end of what comes after it.
    for callbacks in 0..3 {
        let (resolver, first) = Deferred::new(&events);
        let end: Rc<Cell<Option<Deferred<i32>>>> = Rc::default();
        let its_end = end.clone();
        let mut chain =
            first.then(move |_, _: i32| its_end.take().expect("the end"));
        for _ in 0..callbacks {
            let log = log.clone();
            chain = chain.catch(move |_, error| {
                log.say(&error);
                Err(error)
            });
        }
        end.set(Some(chain));
        resolver.resolve(0);
        events.run().unwrap();
        let said = vec!["it waits for itself"; callbacks];
        assert_eq!(log.taken(), said);
    }
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
        let place = format!("tests/deferred.rs:{line}:");
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
fn without_a_stop_it_is_cancelled_at_once_and_what_comes_late_is_swallowed() {
    let (mut events, log) = (new_loop(), Log::default());
    for late in ["a value", "an error", "nothing"] {
        let (resolver, number) = Deferred::<i32>::new(&events);
        let canceller = number.canceller();
        log.end(number);
        canceller.cancel(&mut events);
        assert!(log.taken().is_empty(), "it is called soon, not now");
        in_one_turn(&mut events);
        assert_eq!(log.taken(), ["cancelled"], "{late}");
        match late {
            "a value" => resolver.resolve(1),
            "an error" => resolver.reject(Why::TimedOut),
            _ => drop(resolver),
        }
        canceller.cancel(&mut events);
        events.run().unwrap();
        assert!(log.taken().is_empty(), "{late}");
    }
}

/// A Deferred that notes when it is stopped.
fn stoppable(
    events: &Loop,
    log: &Log,
    name: impl Display + 'static,
) -> (Resolver<i32>, Deferred<i32>) {
    let log = log.clone();
    let (resolver, number) = Deferred::new(events);
    (resolver, number.when_cancelled(move |_| log.say(name)))
}

#[test]
fn a_stop_is_called_once_and_what_comes_late_is_swallowed() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, number) = stoppable(&events, &log, "stop");
    let canceller = number.canceller();
    log.end(number);
    canceller.clone().cancel(&mut events);
    canceller.cancel(&mut events);
    events.run().unwrap();
    canceller.cancel(&mut events);
    resolver.resolve(1);
    events.run().unwrap();
    assert_eq!(log.taken(), ["stop", "cancelled"]);
}

#[test]
fn what_a_stop_settles_wins() {
    let (mut events, log) = (new_loop(), Log::default());
    type Settles = fn(Resolver<i32>);
    let cases: [(Settles, &str); 4] = [
        (|resolver| resolver.resolve(7), "7"),
        (|resolver| resolver.reject(io::Error::other("cut")), "cut"),
        // So does a timer that owns it, and is cancelled.
        (|resolver| drop(resolver), "cancelled"),
        (|_resolver| panic!("no"), "panicked: no"),
    ];
    for (settles, expected) in cases {
        let (resolver, number) = Deferred::new(&events);
        let number = number.when_cancelled(move |_| settles(resolver));
        let canceller = number.canceller();
        log.end(number);
        canceller.cancel(&mut events);
        events.run().unwrap();
        assert_eq!(log.taken(), [expected]);
    }
}

#[test]
fn a_stop_in_the_middle_of_a_chain_keeps_what_is_before_it() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, first) = stoppable(&events, &log, "first");
    let before = log.clone();
    let middle = first.then(move |_, n| {
        before.say(n);
        Ok(n)
    });
    let stop = log.clone();
    let middle = middle.when_cancelled(move |_| stop.say("middle"));
    let end = middle.then(|_, n| Ok(n));
    let canceller = end.canceller();
    log.end(end);
    canceller.cancel(&mut events);
    events.run().unwrap();
    assert_eq!(log.taken(), ["middle", "cancelled"]);
    resolver.resolve(1);
    events.run().unwrap();
    assert_eq!(log.taken(), ["1"]);
}

/// A Deferred that owns its own resolver, by way of what stops it, in a cell.
/// The last one is gone when what stops it is.
type Circle = (Rc<Cell<Option<Resolver<i32>>>>, Deferred<i32>, Weak<()>);

fn circle(events: &Loop) -> Circle {
    let (resolver, number) = Deferred::new(events);
    let cell = Rc::new(Cell::new(Some(resolver)));
    let alive = Rc::new(());
    let (owned, gone) = (cell.clone(), Rc::downgrade(&alive));
    let number = number.when_cancelled(move |_| {
        let _alive = &alive;
        owned.take().expect("it is there").resolve(7);
    });
    (cell, number, gone)
}

#[test]
fn a_stop_may_share_the_resolver() {
    let (mut events, log) = (new_loop(), Log::default());
    let (cell, number, gone) = circle(&events);
    let canceller = number.canceller();
    log.end(number);
    drop(cell);
    canceller.cancel(&mut events);
    assert!(gone.upgrade().is_none(), "it is dropped with its call");
    events.run().unwrap();
    assert_eq!(log.taken(), ["7"]);
}

#[test]
fn a_deferred_that_owns_its_resolver_is_freed_by_its_value() {
    let mut events = new_loop();
    let (cell, number, gone) = circle(&events);
    drop(number);
    let resolver = cell.take().expect("the resolver");
    drop(cell);
    assert!(gone.upgrade().is_some());
    resolver.resolve(1);
    assert!(gone.upgrade().is_none(), "at once");
    events.run().unwrap();
}

#[test]
fn a_stop_that_cancels_again_is_not_called_again() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, number) = Deferred::new(&events);
    let (canceller, calls) = (number.canceller(), log.clone());
    let again = canceller.clone();
    let number = number.when_cancelled(move |events| {
        calls.say("stop");
        again.cancel(events);
        resolver.resolve(1);
    });
    log.end(number);
    canceller.cancel(&mut events);
    events.run().unwrap();
    assert_eq!(log.taken(), ["stop", "1"]);
}

#[test]
fn what_a_chain_waits_for_is_cancelled_at_its_source() {
    let (mut events, log) = (new_loop(), Log::default());
    // Before the first value, that is the outer one.
    let (_resolver, outer) = stoppable(&events, &log, "outer");
    let chain = outer.then(|_, n| Ok(n)).then(|_, n| Ok(n));
    let canceller = chain.canceller();
    log.end(chain);
    canceller.cancel(&mut events);
    events.run().unwrap();
    assert_eq!(log.taken(), ["outer", "cancelled"]);

    // Then it is the inner one, and what that waits for in its turn.
    let (resolver, outer) = stoppable(&events, &log, "outer");
    let (inner_resolver, inner) = stoppable(&events, &log, "inner");
    let (_innermost_resolver, innermost) =
        stoppable(&events, &log, "innermost");
    let inner = inner.then(move |_, _| innermost.then(|_, n| Ok(n)));
    let chain = outer.then(move |_, _| inner).then(|_, n| Ok(n));
    let canceller = chain.canceller();
    log.end(chain);
    resolver.resolve(1);
    events.run().unwrap();
    inner_resolver.resolve(1);
    events.run().unwrap();
    canceller.cancel(&mut events);
    events.run().unwrap();
    assert_eq!(log.taken(), ["innermost", "cancelled"]);
}

#[test]
fn a_catch_may_turn_a_cancelled_inner_into_a_value() {
    let (mut events, log) = (new_loop(), Log::default());
    let (_resolver, inner) = Deferred::new(&events);
    let inner = inner.catch(|_, _| Ok(5));
    let chain = fired(&events, 1).then(move |_, _| inner);
    let canceller = chain.canceller();
    log.end(chain);
    events.run().unwrap();
    canceller.cancel(&mut events);
    events.run().unwrap();
    assert_eq!(log.taken(), ["5"]);
}

#[test]
fn cancelling_what_has_its_value_does_nothing() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, number) = stoppable(&events, &log, "stop");
    let canceller = number.canceller();
    log.end(number);
    resolver.resolve(1);
    canceller.cancel(&mut events);
    events.run().unwrap();
    canceller.cancel(&mut events);
    events.run().unwrap();
    assert_eq!(log.taken(), ["1"]);
}

#[test]
fn what_is_on_its_way_to_a_callback_is_cancelled() {
    let (mut events, log) = (new_loop(), Log::default());
    // From the resolver, and from an inner Deferred.
    for waits_for_inner in [false, true] {
        let (resolver, number) = Deferred::new(&events);
        let next = if waits_for_inner {
            let outer = fired(&events, ()).then(move |_, ()| number);
            events.run().unwrap();
            outer
        } else {
            number
        };
        let next = next.then(|_, _: i32| -> Result<i32, Error> {
            unreachable!("it was cancelled before")
        });
        let canceller = next.canceller();
        log.end(next);
        resolver.resolve(1);
        canceller.cancel(&mut events);
        events.run().unwrap();
        assert_eq!(log.taken(), ["cancelled"]);
    }
}

#[test]
fn a_chain_that_its_own_callback_cancels_ends_there() {
    let (mut events, log) = (new_loop(), Log::default());
    for is_later in [false, true] {
        let (resolver, number) = Deferred::new(&events);
        let (_later, inner) = stoppable(&events, &log, "stop");
        let own: Rc<Cell<Option<Canceller>>> = Rc::default();
        let its_own = own.clone();
        let chain = number
            .then(move |events, n: i32| {
                its_own.take().expect("it is there").cancel(events);
                match is_later {
                    true => Outcome::Later(inner),
                    false => Outcome::Now(Ok(n)),
                }
            })
            .then(|_, n| Ok(n));
        own.set(Some(chain.canceller()));
        log.end(chain);
        resolver.resolve(1);
        events.run().unwrap();
        let expected = ["stop", "cancelled"];
        assert_eq!(log.taken(), expected[usize::from(!is_later)..]);
    }
}

#[test]
fn a_timeout_cancels_and_says_so() {
    let (mut events, log) = (new_loop(), Log::default());
    let (_resolver, never) = stoppable(&events, &log, "stop");
    let start = Instant::now();
    log.end(never.timeout(&mut events, millis(20)));
    events.run().unwrap();
    assert!(start.elapsed() >= millis(20));
    assert_eq!(log.taken(), ["stop", "timed out"]);
}

#[test]
fn a_timeout_says_only_what_the_catches_before_it_leave() {
    let (mut events, log) = (new_loop(), Log::default());
    let (_resolver, never) = Deferred::new(&events);
    let caught = never.catch(|_, _| Ok(5));
    log.end(caught.timeout(&mut events, millis(1)));
    events.run().unwrap();
    assert_eq!(log.taken(), ["5"]);

    let (_resolver, never) = Deferred::<i32>::new(&events);
    let other = never.catch(|_, _| Err(io::Error::other("cut").into()));
    log.end(other.timeout(&mut events, millis(1)));
    events.run().unwrap();
    assert_eq!(log.taken(), ["cut"]);

    // Cancelled by another.
    let (_resolver, never) = Deferred::<i32>::new(&events);
    let chain = never.timeout(&mut events, Duration::from_secs(3600));
    let canceller = chain.canceller();
    log.end(chain);
    canceller.cancel(&mut events);
    events.run().unwrap();
    assert_eq!(log.taken(), ["cancelled"]);
}

#[test]
fn a_timeout_ends_with_the_value_and_cuts_nothing_that_comes_after_it() {
    let (mut events, log) = (new_loop(), Log::default());
    let start = Instant::now();
    let hour = Duration::from_secs(3600);
    log.end(fired(&events, 1).timeout(&mut events, hour));
    events.run().unwrap();
    assert!(start.elapsed() < hour, "the loop does not wait for the timer");
    assert_eq!(log.taken(), ["1"]);

    let in_time = fired(&events, 1).timeout(&mut events, millis(1));
    log.end(in_time.then(|events, n| {
        let (resolver, later) = Deferred::new(events);
        events.after(millis(20), move |_| resolver.resolve(n + 1));
        later
    }));
    events.run().unwrap();
    assert_eq!(log.taken(), ["2"]);
}

#[test]
fn a_value_that_comes_in_the_turn_of_its_timeout_stays() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolver, number) = Deferred::new(&events);
    let now = Instant::now();
    events.at(now, move |_| resolver.resolve(1));
    log.end(number.timeout(&mut events, Duration::ZERO));
    // Both timers are due in the first turn.
    events.run().unwrap();
    assert_eq!(log.taken(), ["1"]);
}

#[test]
fn the_first_value_wins_a_race_and_the_others_are_cancelled_once() {
    let (mut events, log) = (new_loop(), Log::default());
    let (resolvers, list): (Vec<_>, Vec<_>) =
        (0..4).map(|n| stoppable(&events, &log, format!("stop {n}"))).unzip();
    let first = race(&events, list);
    log.end(
        first.then(|_, (n, value): (usize, i32)| {
            Ok(format!("{value} from {n}"))
        }),
    );
    let mut resolvers = resolvers.into_iter();
    resolvers.next().unwrap().reject(Why::TimedOut);
    events.run().unwrap();
    assert!(log.taken().is_empty(), "one that fails does not end it");
    let second = resolvers.next().unwrap();
    second.resolve(11);
    events.run().unwrap();
    assert_eq!(log.taken(), ["stop 2", "stop 3", "11 from 1"]);

    resolvers.next().unwrap().reject(Why::TimedOut);
    resolvers.next().unwrap().resolve(13);
    events.run().unwrap();
    assert!(log.taken().is_empty());
}

#[test]
fn if_all_fail_a_race_has_all_errors() {
    let (mut events, log) = (new_loop(), Log::default());
    let (first, one) = Deferred::<i32>::new(&events);
    let (second, two) = Deferred::<i32>::new(&events);
    let both = race(&events, vec![one, two]);
    log.end(both.then(|_, (_, value)| Ok(value)));
    second.reject(io::Error::other("two"));
    first.reject(io::Error::other("one"));
    events.run().unwrap();
    assert_eq!(log.taken(), ["all 2 failed: one; two"]);

    let none = race(&events, Vec::<Deferred<i32>>::new());
    log.end(none.then(|_, (_, value)| Ok(value)));
    events.run().unwrap();
    assert_eq!(log.taken(), ["all 0 failed"]);
}

#[test]
fn gathering_none_has_its_value_at_once() {
    let (mut events, log) = (new_loop(), Log::default());
    let none = gather(&events, Vec::<Deferred<i32>>::new());
    log.end(none.then(|_, none| Ok(none.len())));
    in_one_turn(&mut events);
    assert_eq!(log.taken(), ["0"]);
}

#[test]
fn values_are_gathered_in_the_order_of_the_list() {
    let (mut events, log) = (new_loop(), Log::default());
    let mut dice = Dice::random();
    let count = 1 + dice.below(20);
    let (mut resolvers, list): (Vec<_>, Vec<_>) =
        (0..count).map(|_| Deferred::new(&events)).unzip();
    let all = gather(&events, list);
    log.end(all.then(move |_, all: Vec<usize>| {
        assert!(all.is_sorted() && all.len() == count);
        Ok("in order")
    }));
    let mut left: Vec<_> = (0..count).zip(resolvers.drain(..)).collect();
    while !left.is_empty() {
        events.run().unwrap();
        assert!(log.taken().is_empty(), "it waits for all");
        let (n, resolver) = left.swap_remove(dice.below(left.len()));
        resolver.resolve(n);
    }
    events.run().unwrap();
    assert_eq!(log.taken(), ["in order"], "{}", dice.again());
}

#[test]
fn a_gathering_fails_with_the_first_error_and_the_others_go_on() {
    let (mut events, log) = (new_loop(), Log::default());
    let (first, one) = Deferred::new(&events);
    let (second, two) = Deferred::new(&events);
    let own = log.clone();
    let one = one.then(move |_, n: i32| own.say(n));
    let all = gather(&events, vec![one, two]);
    log.end(all.then(|_, all| Ok(all.len())));
    second.reject(io::Error::other("two"));
    events.run().unwrap();
    assert_eq!(log.taken(), ["two"]);
    first.resolve(1);
    events.run().unwrap();
    assert_eq!(log.taken(), ["1"]);
}

#[test]
fn cancelling_a_gathering_or_a_race_cancels_each_once() {
    let (mut events, log) = (new_loop(), Log::default());
    for is_race in [true, false] {
        let (resolvers, list): (Vec<_>, Vec<_>) =
            (0..3).map(|n| stoppable(&events, &log, n)).unzip();
        let canceller = if is_race {
            let first = race(&events, list).then(|_, (_, value)| Ok(value));
            let canceller = first.canceller();
            log.end(first);
            canceller
        } else {
            let all = gather(&events, list).then(|_, all| Ok(all.len()));
            let canceller = all.canceller();
            log.end(all);
            canceller
        };
        canceller.cancel(&mut events);
        canceller.cancel(&mut events);
        events.run().unwrap();
        drop(resolvers);
        events.run().unwrap();
        assert_eq!(log.taken(), ["0", "1", "2", "cancelled"]);
    }
}

#[test]
fn no_callback_is_called_inside_what_settles_a_deferred() {
    let mut events = new_loop();
    let held = Rc::new(RefCell::new(0));
    let chain = |events: &Loop| {
        let (resolver, number) = Deferred::new(events);
        let (on_value, on_error) = (held.clone(), held.clone());
        let end = number
            .then(move |_, n: i32| {
                *on_value.borrow_mut() += n;
            })
            .catch(move |_, _| {
                *on_error.borrow_mut() += 1;
            });
        (resolver, end)
    };
    let chains: Vec<_> = (0..4).map(|_| chain(&events)).collect();
    let mut chains = chains.into_iter();
    let mut next = || chains.next().expect("four");
    // Whoever settles may hold a borrow.
    let borrow = held.borrow_mut();
    next().0.resolve(1);
    next().0.reject(Why::TimedOut);
    drop(next().0);
    let (_resolver, end) = next();
    end.canceller().cancel(&mut events);
    let late = held.clone();
    fired(&events, 1).then(move |_, n| {
        *late.borrow_mut() += n;
    });
    drop(borrow);
    events.run().unwrap();
    assert_eq!(*held.borrow(), 5);
}

#[test]
fn deferreds_that_settle_one_another_for_ever_keep_no_timer_from_its_turn() {
    fn again(events: &mut Loop, stop: Rc<Cell<bool>>) {
        if !stop.get() {
            fired(events, stop).then(|events, stop| {
                again(events, stop);
            });
        }
    }
    let mut events = new_loop();
    let stop = Rc::new(Cell::new(false));
    again(&mut events, stop.clone());
    events.after(millis(1), move |_| stop.set(true));
    events.run().unwrap();
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
