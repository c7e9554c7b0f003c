//! A wait with a limit that is never reached. Each wait is for a change, and
//! each change is notified.

use lab::sync::{Condvar, Mutex};
use std::time::Duration;

/// A round table.
pub struct Table {
    /// Which forks are taken; each lies to the left of the seat with its
    /// number.
    taken: Mutex<Vec<bool>>,
    changed: Condvar,
}

impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        Table { taken: Mutex::new(vec![false; seats]), changed: Condvar::new() }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let hour = Duration::from_secs(3600);
        let taken = self.taken.lock().unwrap();
        let left = seat;
        let right = (seat + 1) % taken.len();

        let waited = self.changed.wait_timeout_while(taken, hour, |taken| {
            taken[left] || taken[right]
        });
        let (mut taken, _) = waited.unwrap();
        (taken[left], taken[right]) = (true, true);
        drop(taken);
        eat();
        let mut taken = self.taken.lock().unwrap();
        (taken[left], taken[right]) = (false, false);
        self.changed.notify_all();
    }
}

#[path = "philosophers/check.rs"]
mod check;
