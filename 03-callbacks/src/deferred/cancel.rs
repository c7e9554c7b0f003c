//! What ends a Deferred before its value comes.

use super::error::{Error, Untaken, Why};
use super::node::{Link, Node, Source, walk_soon};
use super::{Deferred, Resolver};
use crate::event_loop::Loop;
use std::cell::Cell;
use std::panic::Location;
use std::rc::{Rc, Weak};
use std::time::Duration;

/// Stops the work for a Deferred. It may give a result all the same.
pub type Stop<T> = Box<dyn FnOnce(&mut Loop) -> Option<Result<T, Error>>>;

/// Cancels a [`Deferred`]. A clone cancels the same one.
///
/// It does not keep the Deferred: if that is gone, it does nothing.
#[derive(Clone)]
pub struct Canceller {
    node: Weak<dyn Link>,
}

impl<T: 'static> Deferred<T> {
    /// Like [`new`](Deferred::new), for work that can be stopped: if the
    /// Deferred is cancelled, `stop` is called, once at most, in
    /// [`Canceller::cancel`]. It may give a result, and that is then what the
    /// Deferred ends with. With `None`, it ends with [`Why::Cancelled`].
    ///
    /// `stop` is dropped as soon as the Deferred has its value, even if it has
    /// not been called. So it may own the resolver, in a cell say: that circle
    /// is broken then.
    ///
    /// ```
    /// use callbacks::{Deferred, Loop};
    /// use std::time::{Duration, Instant};
    ///
    /// let start = Instant::now();
    /// let mut events = Loop::new()?;
    /// let hour = Duration::from_secs(3600);
    /// let timer = events.after(hour, |_| unreachable!());
    /// let (_resolver, late) = Deferred::<()>::with_stop(&events, move |events| {
    ///     events.cancel(timer);
    ///     None
    /// });
    /// let canceller = late.canceller();
    /// late.catch(|_, error| assert_eq!(error.to_string(), "cancelled"));
    /// canceller.cancel(&mut events);
    /// events.run()?;
    /// assert!(start.elapsed() < hour);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn with_stop(
        events: &Loop,
        stop: impl FnOnce(&mut Loop) -> Option<Result<T, Error>> + 'static,
    ) -> (Resolver<T>, Deferred<T>) {
        let source = Source::Resolver(Some(Box::new(stop) as Stop<T>));
        Deferred::pair(Node::new(events.soon(), source))
    }

    /// What cancels it, and what it then waits for.
    pub fn canceller(&self) -> Canceller {
        let node: Rc<dyn Link> = self.node.clone();
        Canceller { node: Rc::downgrade(&node) }
    }

    /// Cancels it when `limit` is over. If nothing before this place in the
    /// chain turns that into something else, the error is [`Why::TimedOut`].
    ///
    /// Once there is a value or an error at this place, the timer is gone. What
    /// comes after it may take longer.
    ///
    /// ```
    /// use callbacks::{Deferred, Loop};
    /// use std::time::Duration;
    ///
    /// let mut events = Loop::new()?;
    /// let (_resolver, never) = Deferred::<()>::new(&events);
    /// never
    ///     .timeout(&mut events, Duration::from_millis(1))
    ///     .catch(|_, error| assert_eq!(error.to_string(), "timed out"));
    /// events.run()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn timeout(self, events: &mut Loop, limit: Duration) -> Deferred<T> {
        let line = Location::caller();
        let is_over = Rc::new(Cell::new(false));
        let (canceller, too_late) = (self.canceller(), is_over.clone());
        let timer = events.after(limit, move |events| {
            too_late.set(true);
            canceller.cancel(events);
        });
        self.chain(move |events, settled, next| {
            events.cancel(timer);
            next.pass(settled.map_err(|error| match error.why() {
                Why::Cancelled if is_over.get() => {
                    error.take();
                    Untaken::new(Why::TimedOut.at(line))
                }
                _ => error,
            }))
        })
    }
}

impl Canceller {
    /// Cancels the Deferred, if it has neither a value nor an error yet.
    ///
    /// What is cancelled is what it waits for: the first resolver of its chain,
    /// or of the Deferred that a callback has returned and that the chain waits
    /// for. That resolver's work is [stopped](Deferred::with_stop), if it can
    /// be, and the chain goes on from there with an error: a `catch` on the way
    /// may still turn it into a value. Whatever the resolver gives later is
    /// dropped in silence.
    ///
    /// As ever, no callback of a chain is called in here, but from the loop's
    /// queue.
    #[track_caller]
    pub fn cancel(&self, events: &mut Loop) {
        let Some(mut node) = self.node.upgrade() else { return };
        while let Some(before) = node.before() {
            node = before;
        }
        walk_soon(node.cancel(events, Location::caller()));
    }
}
