//! Met with: all threads wait
//!
//! Left first, then right, each waited for on a condition variable: a circle that
//! consists of no locks.

use lab::sync::{Condvar, Mutex};

/// What two neighbours share.
pub struct Fork;
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
    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let mut taken = self.taken.lock().unwrap();
        let right = (seat + 1) % taken.len();
        while taken[seat] {
            taken = self.put.wait(taken).unwrap();
        }
        taken[seat] = true;
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
