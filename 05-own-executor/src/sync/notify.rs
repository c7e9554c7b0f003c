//! Telling tasks that something has happened, without a value.

use super::{lock, renew};
use crate::lanes::waits_for;
use crate::stage::call_quietly;
use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::mem;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// Wakes tasks that wait for something to happen.
///
/// [`notify_one`](Notify::notify_one) wakes the one that has waited longest. If
/// none waits, it leaves one permit, and the next one does not wait: so it
/// makes no difference which of the two comes first.
/// [`notify_waiters`](Notify::notify_waiters) wakes all there are, and leaves
/// nothing.
#[derive(Default)]
pub struct Notify {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    has_permit: bool,
    /// The tasks that wait, in the order of their numbers.
    line: BTreeMap<u64, Option<Waker>>,
    next: u64,
    /// How often all were notified.
    rounds: u64,
}

impl Notify {
    /// Without a permit.
    pub fn new() -> Notify {
        Notify::default()
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
        let Some((_, waker)) = state.line.pop_first() else {
            state.has_permit = true;
            return;
        };
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Wakes all that wait.
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
    /// It waits in the line, with this number.
    Waits(u64),
    Done,
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.notify.state);
        let number = match self.stage {
            Stage::Done => return Poll::Ready(()),
            _ if state.rounds != self.rounds => None,
            Stage::Fresh if mem::take(&mut state.has_permit) => None,
            Stage::Fresh => {
                let number = state.next;
                state.next += 1;
                state.line.insert(number, None);
                Some(number)
            }
            Stage::Waits(number) => Some(number),
        };
        let place = number.and_then(|it| state.line.get_mut(&it));
        let Some(place) = place else {
            drop(state);
            self.stage = Stage::Done;
            return Poll::Ready(());
        };
        let old = renew(place, context);
        drop(state);
        drop(old);
        waits_for("a notification");
        self.stage = number.map_or(Stage::Done, Stage::Waits);
        Poll::Pending
    }
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        let Stage::Waits(number) = self.stage else { return };
        let mut state = lock(&self.notify.state);
        let waker = state.line.remove(&number);
        let was_chosen = waker.is_none() && state.rounds == self.rounds;
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
