//! Exercise: dining philosophers.
//!
//!     cargo test -p threads --test philosophers
//!
//! Philosophers sit around a table, and between each two of them lies one fork.
//! To eat, each needs the fork on her left and the one on her right. As it
//! stands, a moment comes after which nobody ever eats again. Mend it, so that
//! two who share no fork may still eat at the same time.

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

        let _left = self.forks[left].lock().unwrap();
        let _right = self.forks[right].lock().unwrap();
        eat();
    }
}

#[path = "philosophers/check.rs"]
mod check;
