//! What cancelling does, and a timeout.

use super::{Log, fired, in_one_turn, millis, new_loop, stoppable};
use callbacks::{Canceller, Deferred, Loop, Outcome, Resolver, Why};
use std::cell::Cell;
use std::io;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

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

#[test]
fn a_stop_stays_when_the_chain_waits_for_another_deferred() {
    let (mut events, log) = (new_loop(), Log::default());
    let (_resolver, inner) = stoppable(&events, &log, "inner");
    let middle = fired(&events, 1).then(move |_, _| inner);
    let stop = log.clone();
    let middle = middle.when_cancelled(move |_| stop.say("middle"));
    let canceller = middle.canceller();
    log.end(middle);
    events.run().unwrap();
    canceller.cancel(&mut events);
    events.run().unwrap();
    assert_eq!(log.taken(), ["middle", "cancelled"]);
}

/// A Deferred whose `stop` owns its resolver, in a cell. The `Weak` tells
/// whether that `stop` has been dropped.
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
        let calls = log.clone();
        let next = next.then(move |_, n: i32| {
            calls.say("called");
            Ok(n)
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
    let chain = never.timeout(&mut events, Duration::from_secs(10));
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
    let long = Duration::from_secs(10);
    log.end(fired(&events, 1).timeout(&mut events, long));
    events.run().unwrap();
    assert!(start.elapsed() < long, "the loop does not wait for the timer");
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
