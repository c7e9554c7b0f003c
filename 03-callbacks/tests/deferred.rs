//! What a Deferred promises. Names are sentences of its documentation.

mod chain;
mod stack;
mod errors;
mod cancel;
mod many;
mod python;

use callbacks::{Deferred, Error, Loop, Resolver};
use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;

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

/// A callback for errors where there is none.
fn unexpected<T>(_: &mut Loop, error: Error) -> Result<T, Error> {
    unreachable!("{error}")
}

/// Calls `end` at the end of the first turn in which something was queued.
fn in_one_turn(events: &mut Loop) {
    events.stop();
    events.run().unwrap();
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
