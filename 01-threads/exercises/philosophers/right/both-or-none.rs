//! Under one lock she tries for both forks, and sleeps until some are put back
//! if she cannot have them at once.

use lab::sync::{Condvar, Mutex};

/// What two neighbours share.
pub struct Fork;

/// A round table.
pub struct Table {
    /// Each to the left of the seat with the same number.
    forks: Vec<Mutex<Fork>>,
    table: Mutex<()>,
    put_back: Condvar,
}

impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        let forks = (0..seats).map(|_| Mutex::new(Fork)).collect();
        Table { forks, table: Mutex::new(()), put_back: Condvar::new() }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let left = seat;
        let right = (seat + 1) % self.forks.len();

        let mut table = self.table.lock().unwrap();
        loop {
            if let Ok(lefts) = self.forks[left].try_lock()
                && let Ok(rights) = self.forks[right].try_lock()
            {
                drop(table);
                eat();
                drop((lefts, rights));
                let _table = self.table.lock().unwrap();
                return self.put_back.notify_all();
            }
            table = self.put_back.wait(table).unwrap();
        }
    }
}

#[path = "philosophers/check.rs"]
mod check;
