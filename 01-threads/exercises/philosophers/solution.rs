//! Solution: dining philosophers.
//!
//! Each philosopher takes the lower of her two forks first. So she waits only
//! for forks with higher numbers than the one she has. Numbers cannot rise all
//! the way round a circle, so there is no circle.

use lab::sync::Mutex;

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

        let _lower = self.forks[left.min(right)].lock().unwrap();
        let _higher = self.forks[left.max(right)].lock().unwrap();
        eat();
    }
}

#[path = "philosophers/check.rs"]
mod check;
