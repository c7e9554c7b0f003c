//! Which tasks are to be woken, and when.

use crate::slots::Slots;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Waker;
use std::time::{Duration, Instant};
use timeline::{Source, What, current, event, event_of, is_on, on_our_clock};

/// A heap of instants, and the waker for each. One that is cancelled loses its
/// waker at once, and its place in the heap when that is due, or earlier, if
/// most of the heap is cancelled.
pub struct Timers {
    /// Differs from that of all other heaps. A recording needs it.
    number: u32,
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

impl Default for Timers {
    fn default() -> Timers {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (heap, wakers) = (BinaryHeap::new(), Slots::new());
        Timers { number, heap, wakers, stale: 0 }
    }
}

impl Timers {
    /// Has `waker` woken at `due`, as this line of code asks for.
    pub fn set(
        &mut self,
        due: Instant,
        waker: Waker,
        line: &'static Location<'static>,
    ) -> Key {
        let key = self.wakers.insert(waker);
        self.heap.push(Reverse((due, key)));
        if is_on() {
            self.record_set(key, due, Some(line));
        }
        key
    }

    /// Has another waker woken instead, at `due` as before. Gives back the old
    /// one, to be dropped where a waker may be dropped; or the new one, if the
    /// timer has rung.
    pub fn replace(&mut self, key: Key, due: Instant, waker: Waker) -> Waker {
        let Some(place) = self.wakers.get_mut(key.0, key.1) else {
            return waker;
        };
        let old = std::mem::replace(place, waker);
        if is_on() && !old.will_wake(place) {
            self.record_set(key, due, None);
        }
        old
    }

    /// Gives the waker back, if it has not been woken.
    pub fn cancel(&mut self, (slot, generation): Key) -> Option<Waker> {
        let waker = self.wakers.remove(slot, generation)?;
        if is_on() {
            self.record((slot, generation), |timer| What::Cancel(timer));
        }
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
                Some(waker) => {
                    if is_on() {
                        self.record((slot, generation), |it| What::Fire(it));
                    }
                    due.push(waker);
                }
                None => self.stale -= 1,
            }
        }
        due
    }

    #[cold]
    fn record_set(&self, key: Key, due: Instant, line: Source) {
        let (timer, due) = (&*self.name(key), on_our_clock(due));
        event_of(current(), What::Set { timer, due }, line);
    }

    #[cold]
    fn record(&self, key: Key, what: impl Fn(&str) -> What<'_>) {
        event(what(&self.name(key)));
    }

    /// A timer's name in a recording.
    fn name(&self, (slot, generation): Key) -> String {
        format!("{}.{slot}.{generation}", self.number)
    }
}
