//! One lock over the state of all, held for a moment only, and a condition
//! variable for each seat: one who has eaten wakes her two neighbours.

use lab::sync::{Condvar, Mutex};

/// A round table.
pub struct Table {
    /// Which forks are taken; each lies to the left of the seat with its
    /// number.
    taken: Mutex<Vec<bool>>,
    woken: Vec<Condvar>,
}

impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        let woken = (0..seats).map(|_| Condvar::new()).collect();
        Table { taken: Mutex::new(vec![false; seats]), woken }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let mut taken = self.taken.lock().unwrap();
        let left = seat;
        let right = (seat + 1) % taken.len();
        let seats = taken.len();
        while taken[left] || taken[right] {
            taken = self.woken[seat].wait(taken).unwrap();
        }
        (taken[left], taken[right]) = (true, true);
        drop(taken);
        eat();
        let mut taken = self.taken.lock().unwrap();
        (taken[left], taken[right]) = (false, false);
        drop(taken);
        self.woken[(seat + 1) % seats].notify_one();
        self.woken[(seat + seats - 1) % seats].notify_one();
    }
}

#[path = "philosophers/check.rs"]
mod check;
