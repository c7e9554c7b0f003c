//! Met with: a circle: philosopher 1 waits for philosopher 5
//!
//! The other fork first, but for everybody: the same circle, the other way
//! round.

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

        let _right = self.forks[right].lock().unwrap();
        let _left = self.forks[left].lock().unwrap();
        eat();
    }
}

#[path = "../check.rs"]
mod check;
