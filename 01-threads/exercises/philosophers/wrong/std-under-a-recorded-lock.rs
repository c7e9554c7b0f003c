//! Met with: uses `std::sync::Mutex` (line 11)
//!
//! A recorded lock is taken first, and for show; the forks are std's.

use lab::sync::Mutex;
use std as s;

/// What two neighbours share.
pub struct Fork {
    hand: Mutex<()>,
    lies: s::sync::Mutex<()>,
}

/// A round table.
pub struct Table {
    /// Each to the left of the seat with the same number.
    forks: Vec<Fork>,
}

impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        let fork = |_| Fork { hand: Mutex::default(), lies: <_>::default() };
        Table { forks: (0..seats).map(fork).collect() }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let right = (seat + 1) % self.forks.len();
        let [left, right] = [seat, right].map(|fork| &self.forks[fork]);
        drop((left.hand.lock().unwrap(), right.hand.lock().unwrap()));
        let _left = left.lies.lock().unwrap();
        let _right = right.lies.lock().unwrap();
        eat();
    }
}

#[path = "../check.rs"]
mod check;
