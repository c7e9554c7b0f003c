//! What a callback of a Deferred may return.

use super::{Deferred, Error};

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
