//! Slots, each with the number of timers that it has had: an old handle does
//! not fit the new timer.

use std::time::Duration;

type Callback = Box<dyn FnOnce(&mut Timers)>;

/// The timers that are set.
#[derive(Default)]
pub struct Timers {
    slots: Vec<Slot>,
    /// Those that have no timer now.
    free: Vec<usize>,
    ever_set: usize,
}

#[derive(Default)]
struct Slot {
    uses: u64,
    timer: Option<(Duration, usize, Callback)>,
}

/// One timer, for `cancel`.
#[derive(Clone, Copy)]
pub struct Id {
    slot: usize,
    uses: u64,
}

impl Timers {
    /// Has `callback` called once, when the time is `due`, or has passed.
    pub fn set(
        &mut self,
        due: Duration,
        callback: impl FnOnce(&mut Timers) + 'static,
    ) -> Id {
        let slot = self.free.pop().unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push(Slot::default());
        }
        let timer = (due, self.ever_set, Box::new(callback) as Callback);
        self.ever_set += 1;
        self.slots[slot].timer = Some(timer);
        Id { slot, uses: self.slots[slot].uses }
    }

    /// Drops the callback, unless it has been called. Gives back whether it was
    /// still to be called.
    pub fn cancel(&mut self, id: Id) -> bool {
        self.take(id).is_some()
    }

    fn take(&mut self, id: Id) -> Option<Callback> {
        let slot = &mut self.slots[id.slot];
        if slot.uses != id.uses {
            return None;
        }
        let (_, _, callback) = slot.timer.take()?;
        slot.uses = slot.uses.wrapping_add(1);
        self.free.push(id.slot);
        Some(callback)
    }

    fn all(&self) -> impl Iterator<Item = (Duration, usize, Id)> {
        self.slots.iter().enumerate().filter_map(|(n, slot)| {
            let (due, place, _) = slot.timer.as_ref()?;
            Some((*due, *place, Id { slot: n, uses: slot.uses }))
        })
    }

    /// When the next one is due: the loop waits until then.
    pub fn next_due(&self) -> Option<Duration> {
        self.all().map(|(due, _, _)| due).min()
    }

    /// Calls those that are due at `now`, in the order in which they are due,
    /// and of those that are due together first the one that was set first.
    /// What a callback sets meanwhile is left for the next call.
    pub fn run_due(&mut self, now: Duration) {
        let mut due: Vec<_> = self.all().filter(|it| it.0 <= now).collect();
        due.sort_by_key(|(due, place, _)| (*due, *place));
        for (_, _, id) in due {
            if let Some(callback) = self.take(id) {
                callback(self);
            }
        }
    }
}

#[path = "timers-in-order/check.rs"]
mod check;
