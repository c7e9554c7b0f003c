//! Telling tasks that something has happened, without a value.

use super::{lock, renew};
use crate::budget;
use crate::lanes::waits_for;
use crate::stage::call_quietly;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};
use std::mem;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker, ready};

/// Wakes tasks that wait for something to happen.
///
/// [`notify_one`](Notify::notify_one) wakes the one that has waited longest. If
/// none waits, it leaves one permit, and the next one does not wait: so it
/// makes no difference which of the two comes first.
/// [`notify_waiters`](Notify::notify_waiters) wakes all there are, and leaves
/// nothing.
///
/// ```
/// use own_executor::sync::Notify;
/// use std::{cell::Cell, rc::Rc};
///
/// let shared = Rc::new((Cell::new(0), Notify::new()));
/// own_executor::block_on(async {
///     let other = shared.clone();
///     drop(own_executor::spawn(async move {
///         other.0.set(7);
///         other.1.notify_one();
///     }));
///     shared.1.notified().await;
///     assert_eq!(shared.0.get(), 7);
/// });
/// ```
#[derive(Default)]
pub struct Notify {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    has_permit: bool,
    /// The tasks that wait, in the order of their numbers.
    line: BTreeMap<u64, Option<Waker>>,
    /// Those that were chosen by `notify_one`, and have not been polled since.
    chosen: BTreeSet<u64>,
    next: u64,
    /// How often all were notified.
    rounds: u64,
}

impl Notify {
    /// Without a permit.
    pub const fn new() -> Notify {
        Notify {
            state: Mutex::new(State {
                has_permit: false,
                line: BTreeMap::new(),
                chosen: BTreeSet::new(),
                next: 0,
                rounds: 0,
            }),
        }
    }

    /// Waits to be notified. It is cancel safe: if it was chosen by
    /// `notify_one` and is dropped, the next one is chosen. But a task that
    /// drops it loses its place in the line.
    ///
    /// A `notify_waiters` after this call reaches it, though it has not been
    /// polled; a `notify_one` leaves its permit then.
    pub fn notified(&self) -> Notified<'_> {
        let rounds = lock(&self.state).rounds;
        Notified { notify: self, rounds, stage: Stage::Fresh }
    }

    /// Wakes the task that has waited longest, or leaves a permit, one at most.
    pub fn notify_one(&self) {
        let mut state = lock(&self.state);
        let Some((number, waker)) = state.line.pop_first() else {
            state.has_permit = true;
            return;
        };
        state.chosen.insert(number);
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Wakes all that wait.
    ///
    /// # Panics
    ///
    /// If a waker does, once all of them were called.
    pub fn notify_waiters(&self) {
        let mut state = lock(&self.state);
        state.rounds += 1;
        let line = mem::take(&mut state.line);
        drop(state);
        let mut panic = None;
        for waker in line.into_values().flatten() {
            // If one of them panics, the others are woken all the same.
            let woken = call_quietly(|| waker.wake());
            panic = panic.or(woken.err());
        }
        if let Some(payload) = panic {
            std::panic::resume_unwind(payload);
        }
    }
}

/// What [`Notify::notified`] gives back. Once it is ready, it stays so.
#[must_use = "it does nothing unless it is awaited"]
pub struct Notified<'a> {
    notify: &'a Notify,
    /// How often all had been notified when it was made.
    rounds: u64,
    stage: Stage,
}

enum Stage {
    /// It was not polled.
    Fresh,
    /// It waits in the line, with this number, or was chosen.
    Waits(u64),
    Done,
}

impl Notified<'_> {
    /// Takes a place in the line, without waiting. From now on a `notify_one`
    /// can reach it. Set if one has, or all were notified: then it is ready.
    pub fn enable(mut self: Pin<&mut Self>) -> bool {
        self.look(None).is_ready()
    }

    #[track_caller]
    fn look(&mut self, context: Option<&Context<'_>>) -> Poll<()> {
        let mut state = lock(&self.notify.state);
        if let Stage::Fresh = self.stage
            && state.rounds == self.rounds
        {
            let number = state.next;
            state.next += 1;
            self.stage = Stage::Waits(number);
            match mem::take(&mut state.has_permit) {
                true => drop(state.chosen.insert(number)),
                false => drop(state.line.insert(number, None)),
            }
        }
        let Stage::Waits(number) = self.stage else { return Poll::Ready(()) };
        let Some(place) = state.line.get_mut(&number) else {
            return Poll::Ready(());
        };
        let old = context.and_then(|context| renew(place, context));
        drop(state);
        drop(old);
        waits_for("a notification");
        Poll::Pending
    }
}

impl Future for Notified<'_> {
    type Output = ();

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // A task that has spent its budget gets its place all the same.
        let spent = budget::spend(context);
        ready!(self.look(Some(context)));
        ready!(spent).made_progress();
        if let Stage::Waits(number) = self.stage {
            lock(&self.notify.state).chosen.remove(&number);
        }
        self.stage = Stage::Done;
        Poll::Ready(())
    }
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        let Stage::Waits(number) = self.stage else { return };
        let mut state = lock(&self.notify.state);
        let waker = state.line.remove(&number);
        let was_chosen = state.chosen.remove(&number);
        drop(state);
        drop(waker);
        if was_chosen {
            self.notify.notify_one();
        }
    }
}

impl Debug for Notify {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = lock(&self.state);
        f.debug_struct("Notify")
            .field("permit", &state.has_permit)
            .field("waiting", &state.line.len())
            .finish()
    }
}

impl Debug for Notified<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notified").finish_non_exhaustive()
    }
}
