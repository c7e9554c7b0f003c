//! A value that is not there yet, and what is to be done with it.

mod resolver;
mod outcome;
mod error;
mod cancel;
mod many;
mod node;

pub use cancel::Canceller;
pub use error::{Error, Why};
pub use many::{gather, race};
pub use outcome::{Outcome, Returned};
pub use resolver::Resolver;

use crate::event_loop::Loop;
use node::{Next, Node, Settled, Source, walk_soon};
use std::fmt::{self, Debug, Formatter};
use std::rc::Rc;

/// A value that will come, or an error.
///
/// A chain of callbacks is attached to it. Each gets what the one before it has
/// returned, and begins only then. This is Twisted's Deferred (2001), which
/// JavaScript calls a promise, with one difference: [`then`](Deferred::then)
/// and [`catch`](Deferred::catch) consume it, and give back the Deferred of
/// what the callback will return. So a chain is one line, and each Deferred has
/// one callback at most.
///
/// ```
/// use callbacks::{Deferred, Loop};
/// use std::{cell::Cell, rc::Rc};
///
/// let mut events = Loop::new()?;
/// let (resolver, number) = Deferred::new(&events);
/// let seen = Rc::new(Cell::new(0));
/// let set = seen.clone();
/// number
///     .then(|_, text: &str| Ok(text.parse::<i32>()?))
///     .catch(|_, _error| Ok(-1))
///     .then(move |_, number| set.set(number));
///
/// resolver.resolve("four");
/// events.run()?;
/// assert_eq!(seen.get(), -1);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// **When.** Callbacks are called from the loop's queue, after the sockets and
/// timers of a turn, and never inside `then`, `catch`, [`Resolver::resolve`] or
/// a destructor. So the code that calls those may hold a borrow. (Twisted calls
/// them inside: then `d.callback(1)` may run anything.) A chain whose first
/// value has come is walked to its end, or to the first Deferred that it has to
/// wait for, in one call from the queue. It is walked in a loop: a chain of
/// 100,000 callbacks needs no more stack than one of three, and no more turns.
///
/// **Errors.** A callback that returns an error, or panics, ends as an error.
/// That goes past every `then` to the *next* `catch`, never to one before.
/// What a `catch` returns is what the next `then` gets. An error that reaches
/// the end of its chain, where no callback can be attached any more, is written
/// to stderr, once, with the line of code that it came from. Errors that a
/// caller has asked for, by a [`Canceller`], are not written.
///
/// **Waiting.** A callback may return a Deferred. Then the chain goes on when
/// that one has its value, after its own callbacks.
///
/// **Cancelling.** Dropping a Deferred cancels nothing: its callbacks are
/// called all the same. See [`canceller`](Deferred::canceller).
///
/// **The end.** A Deferred does not keep the loop from ending. If the loop is
/// dropped, the callbacks are dropped uncalled; only errors that have come and
/// that none of them has taken are written to stderr.
///
/// # What cannot be written
///
/// A Deferred has one callback, so two chains cannot wait for it, and none can
/// be attached to the middle of a chain.
///
/// ```compile_fail,E0382
/// # let events = callbacks::Loop::new().unwrap();
/// let (resolver, number) = callbacks::Deferred::<i32>::new(&events);
/// number.then(|_, n| println!("first {n}"));
/// number.then(|_, n| println!("second {n}"));
/// ```
///
/// A callback could still return the end of its own chain, taken from a cell:
/// that is [`Why::WaitsForItself`].
pub struct Deferred<T> {
    node: Rc<Node<T>>,
}

impl<T: 'static> Deferred<T> {
    /// A Deferred whose callbacks the loop `events` will call, and what gives
    /// it its value.
    #[track_caller]
    pub fn new(events: &Loop) -> (Resolver<T>, Deferred<T>) {
        Deferred::pair(Node::new(events.soon.clone(), Source::Resolver(None)))
    }

    /// Has `callback` called with the value. Gives back the Deferred of what it
    /// returns. An error goes past it.
    ///
    /// If there is a value already, the callback is called soon, as ever.
    ///
    /// ```
    /// # let mut events = callbacks::Loop::new()?;
    /// let (resolver, number) = callbacks::Deferred::new(&events);
    /// let next = number.then(|_, n: i32| Ok(n + 1));
    /// next.then(|_, n| assert_eq!(n, 3));
    /// resolver.resolve(2);
    /// events.run()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn then<R: Returned<Value: 'static>>(
        self,
        callback: impl FnOnce(&mut Loop, T) -> R + 'static,
    ) -> Deferred<R::Value> {
        self.chain(move |events, settled, next| match settled {
            Ok(value) => next.call(events, |events| callback(events, value)),
            Err(error) => {
                // Dropped first: if its destructor panics, `next` is dropped,
                // too, and the chain goes on with an error.
                drop(callback);
                next.pass(Err(error))
            }
        })
    }

    /// Has `callback` called with the error. Gives back the Deferred of what it
    /// returns: it may hand on that error, another one, or a value. A value
    /// goes past it.
    ///
    /// ```
    /// # let mut events = callbacks::Loop::new()?;
    /// let (resolver, number) = callbacks::Deferred::new(&events);
    /// number
    ///     .catch(|_, error| Ok(error.to_string().len()))
    ///     .then(|_, n| assert_eq!(n, "timed out".len()));
    /// resolver.reject(callbacks::Why::TimedOut);
    /// events.run()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn catch<R: Returned<Value = T>>(
        self,
        callback: impl FnOnce(&mut Loop, Error) -> R + 'static,
    ) -> Deferred<T> {
        self.chain(move |events, settled, next| match settled {
            Err(error) => {
                next.call(events, |events| callback(events, error.take()))
            }
            Ok(value) => {
                drop(callback);
                next.pass(Ok(value))
            }
        })
    }

    fn pair(node: Rc<Node<T>>) -> (Resolver<T>, Deferred<T>) {
        (Resolver::of(node.clone()), Deferred { node })
    }

    /// Has `then` called with what comes. It settles the next Deferred, which
    /// is given back.
    #[track_caller]
    fn chain<U: 'static>(
        self,
        then: impl FnOnce(&mut Loop, Settled<T>, Resolver<U>) -> Next + 'static,
    ) -> Deferred<U> {
        let source = self.node.as_source();
        let node = Node::new(self.node.soon.clone(), source);
        let (resolver, next) = Deferred::pair(node);
        self.finish(move |events, settled| then(events, settled, resolver));
        next
    }

    /// Has `then` called with what comes, at the end of this chain.
    #[track_caller]
    fn finish(
        self,
        then: impl FnOnce(&mut Loop, Settled<T>) -> Next + 'static,
    ) {
        walk_soon(self.node.attach(Box::new(then)));
    }
}

impl<T> Debug for Deferred<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Deferred")
    }
}
