//! What a chain of callbacks does.

use super::{Log, fired, in_one_turn, millis, new_loop, unexpected};
use callbacks::{Deferred, Error, Loop, Outcome, Why};
use lab::{Dice, Failure};
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

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
    // The code that settles may hold a borrow.
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
