//! Many Deferreds as one.

use super::cancel::Canceller;
use super::error::{Error, Untaken, Why};
use super::{Deferred, Resolver};
use crate::event_loop::Loop;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What [`gather`] and [`race`] keep: a place for each Deferred of the list.
struct Places<T, U: 'static> {
    places: RefCell<Vec<Option<T>>>,
    /// How many places are still empty.
    left: Cell<usize>,
    /// The resolver of the result; `None` once it has been used.
    resolver: Cell<Option<Resolver<U>>>,
}

impl<T, U> Places<T, U> {
    fn new(count: usize, resolver: Resolver<U>) -> Rc<Places<T, U>> {
        Rc::new(Places {
            places: RefCell::new((0..count).map(|_| None).collect()),
            left: Cell::new(count),
            resolver: Cell::new(Some(resolver)),
        })
    }

    /// Fills a place. With the last one, all are given back.
    fn fill(&self, place: usize, with: T) -> Option<Vec<T>> {
        self.places.borrow_mut()[place] = Some(with);
        self.left.set(self.left.get() - 1);
        if self.left.get() > 0 {
            return None;
        }
        Some(self.places.take().into_iter().flatten().collect())
    }
}

/// All values, in the order of the list, or the first error.
///
/// After an error the others go on. Their values are dropped, and their errors
/// are written to stderr, as errors that no callback has taken. Cancelling the
/// result cancels all. With an empty list the value is there at once. (Twisted
/// calls it `gatherResults`, JavaScript `Promise.all`.)
///
/// ```
/// use callbacks::{Deferred, Loop, gather};
///
/// let mut events = Loop::new()?;
/// let (one, first) = Deferred::new(&events);
/// let (two, second) = Deferred::new(&events);
/// gather(&events, vec![first, second])
///     .then(|_, both| assert_eq!(both, [1, 2]));
/// two.resolve(2);
/// one.resolve(1);
/// events.run()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn gather<T: 'static>(
    events: &Loop,
    list: Vec<Deferred<T>>,
) -> Deferred<Vec<T>> {
    let cancellers = cancellers_of(&list);
    let (resolver, all) = Deferred::new(events);
    let all = all.when_cancelled(move |events| cancel_all(&cancellers, events));
    let places = Places::new(list.len(), resolver);
    if list.is_empty()
        && let Some(resolver) = places.resolver.take()
    {
        resolver.resolve(Vec::new());
    }
    for (place, deferred) in list.into_iter().enumerate() {
        let places = places.clone();
        deferred.finish(move |_, settled| {
            let settled = match settled {
                Ok(value) => Ok(places.fill(place, value)?),
                Err(error) => Err(error),
            };
            places.resolver.take()?.pass(settled)
        });
    }
    all
}

/// The first value, and its place in the list. The others are cancelled then,
/// and whatever they give is dropped in silence. If all fail, the error is
/// [`Why::AllFailed`]. With an empty list all have failed at once.
///
/// Cancelling the result cancels all. (Twisted's `race`; JavaScript has
/// `Promise.any`, which cannot cancel.)
///
/// ```
/// use callbacks::{Deferred, Loop, race};
///
/// let mut events = Loop::new()?;
/// let (one, first) = Deferred::new(&events);
/// let (two, second) = Deferred::new(&events);
/// race(&events, vec![first, second])
///     .then(|_, winner| assert_eq!(winner, (1, "two")));
/// two.resolve("two");
/// one.resolve("one");
/// events.run()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn race<T: 'static>(
    events: &Loop,
    list: Vec<Deferred<T>>,
) -> Deferred<(usize, T)> {
    let cancellers = Rc::new(cancellers_of(&list));
    let all = cancellers.clone();
    let (resolver, first) = Deferred::new(events);
    let first = first.when_cancelled(move |events| cancel_all(&all, events));
    let places: Rc<Places<Error, _>> = Places::new(list.len(), resolver);
    if list.is_empty()
        && let Some(resolver) = places.resolver.take()
    {
        resolver.reject(Why::AllFailed(Vec::new()));
    }
    for (place, deferred) in list.into_iter().enumerate() {
        let (places, cancellers) = (places.clone(), cancellers.clone());
        deferred.finish(move |events, settled| match settled {
            // The first value is the result. The others are not wanted any
            // more.
            Ok(value) => {
                let resolver = places.resolver.take()?;
                let next = resolver.pass(Ok((place, value)));
                cancel_all(&cancellers, events);
                next
            }
            // Only the last error is the end: then all have failed.
            Err(error) => {
                let all = places.fill(place, error.take())?;
                let error = Error::from(Why::AllFailed(all));
                places.resolver.take()?.pass(Err(Untaken::new(error)))
            }
        });
    }
    first
}

fn cancellers_of<T: 'static>(list: &[Deferred<T>]) -> Vec<Canceller> {
    list.iter().map(Deferred::canceller).collect()
}

fn cancel_all(cancellers: &[Canceller], events: &mut Loop) {
    for canceller in cancellers {
        canceller.cancel(events);
    }
}
