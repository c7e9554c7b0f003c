//! A list in which each timer has the next one.

use std::time::Duration;

type Callback = Box<dyn FnOnce(&mut Timers)>;

/// The timers that are set.
#[derive(Default)]
pub struct Timers {
    first: Option<Box<Timer>>,
    ever_set: usize,
}

struct Timer {
    due: Duration,
    number: usize,
    callback: Callback,
    next: Option<Box<Timer>>,
}

/// One timer, for `cancel`.
#[derive(Clone, Copy)]
pub struct Id(usize);

impl Timers {
    /// Has `callback` called once, when the time is `due`, or has passed.
    pub fn set(
        &mut self,
        due: Duration,
        callback: impl FnOnce(&mut Timers) + 'static,
    ) -> Id {
        let number = self.ever_set;
        self.ever_set += 1;
        let callback = Box::new(callback);
        let place = self.find(|timer| timer.due > due);
        let next = place.take();
        *place = Some(Box::new(Timer { due, number, callback, next }));
        Id(number)
    }

    /// The place of the first one like this, or the end.
    fn find(
        &mut self,
        wanted: impl Fn(&Timer) -> bool,
    ) -> &mut Option<Box<Timer>> {
        let mut place = &mut self.first;
        while place.as_ref().is_some_and(|timer| !wanted(timer)) {
            place = &mut place.as_mut().expect("it is there").next;
        }
        place
    }

    fn take(&mut self, wanted: impl Fn(&Timer) -> bool) -> Option<Callback> {
        let place = self.find(wanted);
        let timer = place.take()?;
        *place = timer.next;
        Some(timer.callback)
    }

    /// Drops the callback, unless it has been called. Gives back whether it was
    /// still to be called.
    pub fn cancel(&mut self, id: Id) -> bool {
        self.take(|timer| timer.number == id.0).is_some()
    }

    /// When the next one is due: the loop waits until then.
    pub fn next_due(&self) -> Option<Duration> {
        self.first.as_ref().map(|timer| timer.due)
    }

    /// Calls those that are due at `now`, in the order in which they are due,
    /// and of those that are due together first the one that was set first.
    /// What a callback sets meanwhile is left for the next call.
    pub fn run_due(&mut self, now: Duration) {
        let set_before = self.ever_set;
        let is_due = |it: &Timer| it.due <= now && it.number < set_before;
        while let Some(callback) = self.take(is_due) {
            callback(self);
        }
    }
}

#[path = "timers-in-order/check.rs"]
mod check;
