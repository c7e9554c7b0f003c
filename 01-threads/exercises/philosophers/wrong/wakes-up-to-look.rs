//! Met with: and the wait ended when its time was up
//!
//! Nobody is told; each wakes up now and then, and looks.

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
        while taken[seat] || taken[right] {
            taken = self
                .put
                .wait_timeout(taken, std::time::Duration::from_millis(150))
                .unwrap()
                .0;
        }
        taken[seat] = true;
        taken[right] = true;
        drop(taken);
        eat();
        let mut taken = self.taken.lock().unwrap();
        taken[seat] = false;
        taken[right] = false;
    }
}

#[path = "../check.rs"]
mod check;
