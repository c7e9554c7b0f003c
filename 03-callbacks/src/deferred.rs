//! A value that is not there yet, and what is to be done with it.

mod node;
mod cancel;
mod error;
mod many;

pub use cancel::Canceller;
pub use error::{Error, Why};
pub use many::{gather, race};

use crate::event_loop::Loop;
use error::Untaken;
use node::{Link, Next, Node, Settled, Source, walk_soon};
use std::any::Any;
use std::fmt::{self, Debug, Formatter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// A value that will come, or an error.
///
/// A chain of callbacks is attached to it. Each gets what the one before it has
/// returned, and begins only then. This is Twisted's Deferred (2001), which
/// JavaScript calls a promise, with one difference: [`then`](Deferred::then)
/// and [`catch`](Deferred::catch) consume it, and give back the Deferred of what
/// the callback will return. So a chain is one line, and each Deferred has one
/// callback at most.
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
/// a destructor. So whoever calls those may hold a borrow. (Twisted calls them
/// inside: then `d.callback(1)` may run anything.) A chain whose first value has
/// come is walked to its end, or to the first Deferred that it has to wait for,
/// in one call from the queue. It is walked in a loop: a chain of 100,000
/// callbacks needs no more stack than one of three, and no more turns.
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

/// Gives a [`Deferred`] its value, or an error: once, since that consumes it.
///
/// ```compile_fail,E0382
/// # let events = callbacks::Loop::new().unwrap();
/// let (resolver, number) = callbacks::Deferred::new(&events);
/// resolver.resolve(1);
/// resolver.resolve(2);
/// ```
///
/// If it is dropped unused, the Deferred ends with [`Why::Dropped`]: a callback
/// that was forgotten is heard of. If the Deferred has been cancelled in the
/// meantime, its result is dropped in silence.
///
/// It stays on the thread of its loop. Another thread hands over its result
/// with [`Remote::post`](crate::Remote::post) or
/// [`Loop::in_thread`](crate::Loop::in_thread).
///
/// ```compile_fail,E0277
/// # let events = callbacks::Loop::new().unwrap();
/// let (resolver, number) = callbacks::Deferred::new(&events);
/// std::thread::spawn(move || resolver.resolve(1));
/// ```
pub struct Resolver<T: 'static> {
    /// `None` once it has been used.
    node: Option<Rc<Node<T>>>,
}

/// What a callback ends with.
pub enum Outcome<T> {
    /// A value or an error.
    Now(Result<T, Error>),
    /// The chain waits for this one.
    Later(Deferred<T>),
}

/// What a callback may return: a result, nothing, a Deferred, or an [`Outcome`]
/// if it depends.
///
/// ```
/// use callbacks::{Deferred, Loop, Outcome};
/// use std::time::Duration;
///
/// let mut events = Loop::new()?;
/// let (resolver, number) = Deferred::new(&events);
/// let doubled = number.then(|events, n: i32| {
///     if n > 10 {
///         return Outcome::Now(Ok(n));
///     }
///     let (resolver, doubled) = Deferred::new(events);
///     let later = Duration::from_millis(1);
///     events.after(later, move |_| resolver.resolve(2 * n));
///     Outcome::Later(doubled)
/// });
/// doubled.then(|_, n| assert_eq!(n, 14));
/// resolver.resolve(7);
/// events.run()?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait Returned {
    /// What the next callback gets.
    type Value;

    /// The same as an [`Outcome`].
    fn outcome(self) -> Outcome<Self::Value>;
}

impl<T: 'static> Deferred<T> {
    /// A Deferred whose callbacks the loop `events` will call, and what gives
    /// it its value.
    #[track_caller]
    pub fn new(events: &Loop) -> (Resolver<T>, Deferred<T>) {
        Deferred::pair(Node::new(events.soon(), Source::Resolver(None)))
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
                // First: if its destructor panics, `next` is dropped, and that
                // is heard.
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
        (Resolver { node: Some(node.clone()) }, Deferred { node })
    }

    /// Has `then` called with what comes. It settles the next one.
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

impl<T: 'static> Resolver<T> {
    /// The value is here. Its callbacks are called soon, not now.
    #[track_caller]
    pub fn resolve(self, value: T) {
        self.fire(Ok(value));
    }

    /// There is an error instead. If it is not an [`Error`] yet, this line is
    /// where it comes from.
    #[track_caller]
    pub fn reject(self, error: impl Into<Error>) {
        self.fire(Err(Untaken::new(error.into())));
    }

    /// Either of them.
    ///
    /// ```
    /// # let mut events = callbacks::Loop::new()?;
    /// let (resolver, number) = callbacks::Deferred::new(&events);
    /// number
    ///     .catch(|_, _error| Ok(0))
    ///     .then(|_, n| assert_eq!(n, 0));
    /// resolver.settle("seven".parse::<i32>());
    /// events.run()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn settle(self, result: Result<T, impl Into<Error>>) {
        match result {
            Ok(value) => self.resolve(value),
            Err(error) => self.reject(error),
        }
    }

    #[track_caller]
    fn fire(mut self, settled: Settled<T>) {
        if let Some(node) = self.node.take() {
            walk_soon(node.settle(settled));
        }
    }

    /// From within a walk: what it has to call next.
    fn pass(mut self, settled: Settled<T>) -> Next {
        self.node.take()?.settle(settled)
    }

    /// Calls a callback of the chain, which goes on with what it returns.
    fn call<R: Returned<Value = T>>(
        self,
        events: &mut Loop,
        callback: impl FnOnce(&mut Loop) -> R,
    ) -> Next {
        let Some(node) = &self.node else { return None };
        let error = match catch(|| callback(events).outcome()) {
            Ok(Outcome::Now(Ok(value))) => return self.pass(Ok(value)),
            Ok(Outcome::Later(inner)) if !node.is_before(&inner.node) => {
                if node.is_settled() {
                    // It has been cancelled by its own callback.
                    inner.canceller().cancel(events);
                } else {
                    node.wait_for(&inner.node);
                }
                return inner.node.attach(Box::new(|_, it| self.pass(it)));
            }
            Ok(Outcome::Later(_)) => Why::WaitsForItself.at(node.line),
            Ok(Outcome::Now(Err(error))) => error,
            Err(why) => why.at(node.line),
        };
        self.pass(Err(Untaken::new(error)))
    }
}

impl<T> Drop for Resolver<T> {
    fn drop(&mut self) {
        if let Some(node) = self.node.take() {
            node.abandon();
        }
    }
}

impl<T> Returned for Result<T, Error> {
    type Value = T;

    fn outcome(self) -> Outcome<T> {
        Outcome::Now(self)
    }
}

impl Returned for () {
    type Value = ();

    fn outcome(self) -> Outcome<()> {
        Outcome::Now(Ok(()))
    }
}

impl<T> Returned for Deferred<T> {
    type Value = T;

    fn outcome(self) -> Outcome<T> {
        Outcome::Later(self)
    }
}

impl<T> Returned for Outcome<T> {
    type Value = T;

    fn outcome(self) -> Outcome<T> {
        self
    }
}

impl<T> Debug for Deferred<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Deferred")
    }
}

impl<T> Debug for Resolver<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

/// Calls it; if it panics, says so.
fn catch<T>(callback: impl FnOnce() -> T) -> Result<T, Why> {
    // What it has changed half-way is seen by others, as with a panic in any
    // callback of the loop.
    catch_unwind(AssertUnwindSafe(callback)).map_err(|payload| {
        Why::Panicked(message(&*payload).unwrap_or("no message").to_owned())
    })
}

fn message(payload: &(dyn Any + Send)) -> Option<&str> {
    let string = payload.downcast_ref::<String>().map(String::as_str);
    string.or_else(|| payload.downcast_ref::<&str>().copied())
}
