//! Met with: share a fork, and ate at the same time
//!
//! While she waits for the right fork, the left one is taken.

use lab::sync::{Condvar, Mutex};

/// A round table.
pub struct Table {
    taken: Mutex<Vec<bool>>,
    put: Condvar,
}
impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        Table { taken: Mutex::new(vec![false; seats]), put: Condvar::new() }
    }
    /// Takes both forks, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let mut taken = self.taken.lock().unwrap();
        let right = (seat + 1) % taken.len();
        while taken[seat] {
            taken = self.put.wait(taken).unwrap();
        }
        while taken[right] {
            taken = self.put.wait(taken).unwrap();
        }
        taken[seat] = true;
        taken[right] = true;
        drop(taken);
        eat();
        let mut taken = self.taken.lock().unwrap();
        taken[seat] = false;
        taken[right] = false;
        self.put.notify_all();
    }
}

#[path = "../check.rs"]
mod check;
