//! What led to what: the arrows of the picture.

use super::event::{Event, What};
use super::spans::{Flow, Link, Point, State};
use std::collections::HashMap;
use std::time::Duration;

/// Events that may turn out to be the cause of a later one.
#[derive(Default)]
pub(super) struct Causes {
    /// The last release of each lock of each process.
    released: HashMap<(u32, String), Point>,
    /// The last time each condition variable was notified.
    pub notified: HashMap<(u32, String), Point>,
    /// The event that made a lane, or made it ready, by the index of the lane's
    /// track.
    woken: HashMap<usize, (Point, Link)>,
}

impl Causes {
    /// Takes note of an event of track `index`, and of the `other` track that
    /// it names.
    pub fn note(
        &mut self,
        index: usize,
        other: Option<usize>,
        now: Duration,
        event: &Event<'_>,
    ) {
        let here = (index, now);
        match (event.what, other) {
            (What::Release(lock), _) => {
                self.released.insert((event.pid, lock.to_owned()), here);
            }
            (What::Notify(condvar), _) => {
                self.notified.insert((event.pid, condvar.to_owned()), here);
            }
            (What::Spawn { .. }, Some(parent)) => {
                self.woken.insert(index, ((parent, now), Link::Spawn));
            }
            (What::Ready { .. }, Some(by)) => {
                self.woken.insert(index, ((by, now), Link::Wake));
            }
            (What::Wake(_), Some(sleeper)) => {
                self.woken.insert(sleeper, (here, Link::Wake));
            }
            _ => {}
        }
    }

    /// The cause for which track `index` runs at `now`, after it was in `state`
    /// from `since` on.
    pub fn of(
        &mut self,
        index: usize,
        state: &State,
        since: Duration,
        now: Duration,
        pid: u32,
    ) -> Option<Flow> {
        let woken = self.woken.remove(&index);
        let (from, link) = match state {
            State::Run { .. } => None,
            State::Blocked(lock) => {
                let released = self.released.get(&(pid, lock.clone()));
                released.map(|&from| (from, Link::Release))
            }
            State::Wait(condvar) if woken.is_none() => {
                let notified = self.notified.get(&(pid, condvar.clone()));
                notified.map(|&from| (from, Link::Notify))
            }
            _ => woken,
        }?;
        // A release or a notification before the wait began did not end it.
        let in_time = from.1 >= since && from.0 != index;
        in_time.then_some(Flow { from, to: (index, now), link })
    }

    /// What has woken tracks that are `ready`, and have not run since.
    pub fn in_vain(&self, ready: impl Fn(usize) -> bool) -> Vec<Flow> {
        let mut flows = Vec::new();
        for (&index, &(from, link)) in &self.woken {
            if link == Link::Wake && ready(index) {
                flows.push(Flow { from, to: (index, from.1), link });
            }
        }
        // They come out of a hash map.
        flows.sort_by_key(|flow| flow.to);
        flows
    }
}

impl What<'_> {
    /// The lane that an event names besides its own.
    pub(super) fn other_lane(&self) -> Option<u32> {
        match *self {
            What::Spawn { parent, .. } => parent,
            What::Ready { by: other, .. } | What::Wake(other) => Some(other),
            _ => None,
        }
    }
}
