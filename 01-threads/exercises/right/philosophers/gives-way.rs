//! Whoever cannot have the second fork puts the first one back, and sleeps until
//! a fork somewhere is put back.

use lab::sync::{Condvar, Mutex};

/// What two neighbours share.
pub struct Fork;

/// A round table.
pub struct Table {
    /// Each to the left of the seat with the same number.
    forks: Vec<Mutex<Fork>>,
    /// How often a fork was put back.
    times: Mutex<u64>,
    put_back: Condvar,
}

impl Table {
    /// A table with so many seats.
    pub fn new(seats: usize) -> Table {
        let forks = (0..seats).map(|_| Mutex::new(Fork)).collect();
        Table { forks, times: Mutex::new(0), put_back: Condvar::new() }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let left = seat;
        let right = (seat + 1) % self.forks.len();

        loop {
            let times = *self.times.lock().unwrap();
            if let Ok(lefts) = self.forks[left].try_lock()
                && let Ok(rights) = self.forks[right].try_lock()
            {
                eat();
                drop((lefts, rights));
                *self.times.lock().unwrap() += 1;
                self.put_back.notify_all();
                return;
            }
            let none = |now: &mut u64| *now == times;
            let now = self.times.lock().unwrap();
            drop(self.put_back.wait_while(now, none).unwrap());
        }
    }
}

#[path = "../../checks/philosophers.rs"]
mod check;
