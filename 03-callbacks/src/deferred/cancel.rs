//! What ends a Deferred before its value comes.

use super::Deferred;
use super::error::{Untaken, Why};
use super::node::{Link, walk_soon};
use crate::event_loop::Loop;
use std::cell::Cell;
use std::panic::Location;
use std::rc::{Rc, Weak};
use std::time::Duration;

/// What is called if a Deferred is cancelled.
pub type Stop = Box<dyn FnOnce(&mut Loop)>;

/// Cancels a [`Deferred`]. A clone cancels the same one.
///
/// It does not keep the Deferred: if that is gone, it does nothing.
#[derive(Clone)]
pub struct Canceller {
    node: Weak<dyn Link>,
}

impl<T: 'static> Deferred<T> {
    /// Has `stop` called if it is cancelled, once at most and inside
    /// [`Canceller::cancel`], to stop the work for it. If `stop` has the
    /// resolver, and uses it, then that is what the Deferred ends with. If
    /// `stop` panics, the Deferred ends with [`Why::Panicked`]; otherwise, with
    /// [`Why::Cancelled`].
    ///
    /// This takes the place of what cancelling does otherwise: in the middle of
    /// a chain nothing before this place is cancelled any more.
    ///
    /// `stop` is dropped as soon as there is a value, even if it has not been
    /// called. So it may own the resolver, in a cell: that circle is broken
    /// then.
    ///
    /// ```
    /// use callbacks::{Deferred, Loop};
    /// use std::time::{Duration, Instant};
    ///
    /// fn sleep(events: &mut Loop, time: Duration) -> Deferred<()> {
    ///     let (resolver, slept) = Deferred::new(events);
    ///     let timer = events.after(time, |_| resolver.resolve(()));
    ///     slept.when_cancelled(move |events| {
    ///         events.cancel(timer);
    ///     })
    /// }
    ///
    /// let start = Instant::now();
    /// let mut events = Loop::new()?;
    /// let hour = Duration::from_secs(3600);
    /// let slept = sleep(&mut events, hour);
    /// slept.canceller().cancel(&mut events);
    /// slept.catch(|_, error| assert_eq!(error.to_string(), "cancelled"));
    /// events.run()?;
    /// assert!(start.elapsed() < hour);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn when_cancelled(
        self,
        stop: impl FnOnce(&mut Loop) + 'static,
    ) -> Deferred<T> {
        self.node.stop_by(Box::new(stop));
        self
    }

    /// What cancels this Deferred, and with it what it waits for by then.
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
    /// for. Its work is [stopped](Deferred::when_cancelled), if it can be, and
    /// the chain goes on from there with an error: a `catch` on the way may
    /// still turn it into a value. Whatever the resolver gives later is dropped
    /// in silence.
    ///
    /// If the chain waits for nothing, because a value is on its way to one of
    /// its callbacks, the error goes there in its place. If one of its
    /// callbacks cancels it, what that returns is cancelled or dropped.
    ///
    /// As ever, no callback of a chain is called in here, but from the loop's
    /// queue.
    #[track_caller]
    pub fn cancel(&self, events: &mut Loop) {
        let line = Location::caller();
        let Some(mut node) = self.node.upgrade() else { return };
        if node.is_settled() {
            return;
        }
        while let Some(before) = node.before() {
            if before.cancel_value(line) {
                return;
            }
            // That node has had its value, and is calling its callback now.
            if before.is_settled() {
                break;
            }
            node = before;
        }
        walk_soon(node.cancel(events, line));
    }
}
