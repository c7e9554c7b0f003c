//! What gives a Deferred its value.

use super::error::{Error, Untaken, Why};
use super::node::{Link, Next, Node, Settled, walk_soon};
use super::outcome::{Outcome, Returned};
use crate::event_loop::Loop;
use std::any::Any;
use std::fmt::{self, Debug, Formatter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Gives a [`Deferred`](super::Deferred) its value, or an error: once, since
/// that consumes the resolver.
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

    /// Gives it the value or the error of a `result`.
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

    pub(super) fn of(node: Rc<Node<T>>) -> Resolver<T> {
        Resolver { node: Some(node) }
    }

    #[track_caller]
    fn fire(mut self, settled: Settled<T>) {
        if let Some(node) = self.node.take() {
            walk_soon(node.settle(settled));
        }
    }

    /// Settles it from within a callback of the chain. Gives back the node that
    /// is to be called next.
    pub(super) fn pass(mut self, settled: Settled<T>) -> Next {
        self.node.take()?.settle(settled)
    }

    /// Calls a callback of the chain, which goes on with what it returns.
    pub(super) fn call<R: Returned<Value = T>>(
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

impl<T> Debug for Resolver<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

/// Calls `callback`. A panic of it becomes [`Why::Panicked`].
pub(super) fn catch<T>(callback: impl FnOnce() -> T) -> Result<T, Why> {
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
