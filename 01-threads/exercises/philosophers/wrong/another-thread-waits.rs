//! Met with: a thread that the answer has started uses the locks
//!
//! A thread for each meal has the forks taken for it, one after another; the
//! philosopher only joins it, and a join is not recorded.

use lab::sync::Mutex;
use std::thread;

/// What two neighbours share.
pub struct Fork;

/// A round table.
pub struct Table {
    /// Each to the left of the seat with the same number.
    forks: Vec<Mutex<Fork>>,
}

impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        let forks = (0..seats).map(|_| Mutex::new(Fork)).collect();
        Table { forks }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let other = (seat + 1) % self.forks.len();
        let (lower, higher) = (seat.min(other), seat.max(other));
        let wait = |fork: usize| drop(self.forks[fork].lock().unwrap());
        loop {
            thread::scope(|scope| {
                scope.spawn(|| wait(lower));
                scope.spawn(|| wait(higher));
            });
            if let Ok(_lower) = self.forks[lower].try_lock()
                && let Ok(_higher) = self.forks[higher].try_lock()
            {
                return eat();
            }
        }
    }
}

#[path = "../check.rs"]
mod check;
