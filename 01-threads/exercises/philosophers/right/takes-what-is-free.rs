//! A condition variable for each fork, and of two forks never one alone.

use lab::sync::{Condvar, Mutex};

/// A round table.
pub struct Table {
    taken: Mutex<Vec<bool>>,
    put: Vec<Condvar>,
}
impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        Table {
            taken: Mutex::new(vec![false; seats]),
            put: (0..seats).map(|_| Condvar::new()).collect(),
        }
    }
    /// Takes both forks, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let n = self.put.len();
        let r = (seat + 1) % n;
        let mut t = self.taken.lock().unwrap();
        loop {
            if t[seat] {
                t = self.put[seat].wait(t).unwrap();
            } else if t[r] {
                t = self.put[r].wait(t).unwrap();
            } else {
                break;
            }
        }
        t[seat] = true;
        t[r] = true;
        drop(t);
        eat();
        let mut t = self.taken.lock().unwrap();
        t[seat] = false;
        t[r] = false;
        drop(t);
        self.put[seat].notify_one();
        self.put[r].notify_one();
    }
}

#[path = "philosophers/check.rs"]
mod check;
