//! Many as one: gather and race.

use super::{Log, in_one_turn, new_loop, stoppable};
use callbacks::{Deferred, Why, gather, race};
use lab::Dice;
use std::io;

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
