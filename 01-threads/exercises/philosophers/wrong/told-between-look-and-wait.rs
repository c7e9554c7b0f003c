//! Met with: before that wait began
//!
//! Forks are tried, and the wait begins under another lock: they may be put back in
//! between.

use lab::sync::{Condvar, Mutex};

/// What two neighbours share.
pub struct Fork;
/// A round table.
pub struct Table {
    forks: Vec<Mutex<Fork>>,
    key: Mutex<()>,
    put: Condvar,
}
impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        Table {
            forks: (0..seats).map(|_| Mutex::new(Fork)).collect(),
            key: Mutex::new(()),
            put: Condvar::new(),
        }
    }
    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let left = seat;
        let right = (seat + 1) % self.forks.len();
        let mut key = self.key.lock().unwrap();
        loop {
            if let (Ok(_l), Ok(_r)) =
                (self.forks[left].try_lock(), self.forks[right].try_lock())
            {
                drop(key);
                eat();
                drop((_l, _r));
                break;
            }
            key = self.put.wait(key).unwrap();
        }

        self.put.notify_all();
    }
}

#[path = "../check.rs"]
mod check;
