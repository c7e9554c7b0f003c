//! One lock, one condition variable, and all look again whenever one has eaten.

use lab::sync::{Condvar, Mutex};

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
        let mut taken = self.taken.lock().unwrap();
        let left = seat;
        let right = (seat + 1) % taken.len();

        let are_taken = |taken: &mut Vec<bool>| taken[left] || taken[right];
        taken = self.changed.wait_while(taken, are_taken).unwrap();
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
