//! Met with: asks again and again instead of waiting
//!
//! No circle, and little CPU: it sleeps, and then tries again.

use lab::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

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
        let left = seat;
        let right = (seat + 1) % self.forks.len();

        loop {
            if let Ok(_left) = self.forks[left].try_lock()
                && let Ok(_right) = self.forks[right].try_lock()
            {
                return eat();
            }
            sleep(Duration::from_millis(2));
        }
    }
}

#[path = "../check.rs"]
mod check;
