//! A hundred thousand of everything, with little stack.

use super::{Log, fired, in_one_turn, new_loop};
use callbacks::{Deferred, Loop, Outcome};
use std::rc::Rc;
use std::thread;

/// Runs `test` with a stack of so few bytes that a recursion over 100,000
/// links would overflow it a hundred times.
fn with_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let builder = thread::Builder::new().stack_size(256 * 1024);
    builder.spawn(test).unwrap().join().unwrap();
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

        // The loop is dropped when half of the chain has run.
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
