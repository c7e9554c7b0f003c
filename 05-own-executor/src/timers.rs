//! Which tasks are to be woken, and when.

use crate::slots::Slots;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::task::Waker;
use std::time::{Duration, Instant};

/// A heap of instants, and the waker for each. One that is cancelled loses its
/// waker at once, and its place in the heap when that is due, or earlier, if
/// most of the heap is cancelled.
#[derive(Default)]
pub struct Timers {
    heap: BinaryHeap<Reverse<(Instant, Key)>>,
    wakers: Slots<Waker>,
    /// How many of the heap are cancelled.
    stale: usize,
}

/// How long a thread sleeps if a timer is due then: whole milliseconds, rounded
/// up. Timers that are due within the same one cost one wake-up together.
pub fn until(due: Instant) -> Duration {
    let left = due.saturating_duration_since(Instant::now());
    Duration::from_millis(left.as_nanos().div_ceil(1_000_000) as u64)
}

/// A place among the wakers, and its generation. Of two timers for the same
/// instant, either may ring first.
pub type Key = (u32, u32);

impl Timers {
    /// Has `waker` woken at `due`.
    pub fn set(&mut self, due: Instant, waker: Waker) -> Key {
        let key = self.wakers.insert(waker);
        self.heap.push(Reverse((due, key)));
        key
    }

    /// Has another waker woken instead. Gives back the old one, to be dropped
    /// where a waker may be dropped; or the new one, if the timer has rung.
    pub fn replace(&mut self, (slot, generation): Key, waker: Waker) -> Waker {
        match self.wakers.get_mut(slot, generation) {
            Some(old) => std::mem::replace(old, waker),
            None => waker,
        }
    }

    /// Gives the waker back, if it has not been woken.
    pub fn cancel(&mut self, (slot, generation): Key) -> Option<Waker> {
        let waker = self.wakers.remove(slot, generation)?;
        self.stale += 1;
        if self.stale > 64 && self.stale > self.heap.len() / 2 {
            self.compact();
        }
        Some(waker)
    }

    fn compact(&mut self) {
        let wakers = &mut self.wakers;
        self.heap.retain(|Reverse((_, (slot, generation)))| {
            wakers.get_mut(*slot, *generation).is_some()
        });
        self.heap.shrink_to_fit();
        self.stale = 0;
    }

    /// When to look again. A cancelled timer may make it too early.
    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((due, _))| *due)
    }

    /// Takes out the wakers that are due, in the order of their instants.
    pub fn take_due(&mut self, now: Instant) -> Vec<Waker> {
        let mut due = Vec::new();
        while self.next().is_some_and(|at| at <= now) {
            let popped = self.heap.pop();
            let Some(Reverse((_, (slot, generation)))) = popped else { break };
            match self.wakers.remove(slot, generation) {
                Some(waker) => due.push(waker),
                None => self.stale -= 1,
            }
        }
        due
    }
}
