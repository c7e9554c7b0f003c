//! At most all but one sit at the table at once, so one of these has two forks.

use lab::sync::{Condvar, Mutex};

/// What two neighbours share.
pub struct Fork;

/// A round table.
pub struct Table {
    /// Each to the left of the seat with the same number.
    forks: Vec<Mutex<Fork>>,
    /// How many more may sit down.
    places: Mutex<usize>,
    left: Condvar,
}

impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        let forks = (0..seats).map(|_| Mutex::new(Fork)).collect();
        Table { forks, places: Mutex::new(seats - 1), left: Condvar::new() }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let left = seat;
        let right = (seat + 1) % self.forks.len();

        let free = self.places.lock().unwrap();
        let none = |free: &mut usize| *free == 0;
        *self.left.wait_while(free, none).unwrap() -= 1;
        let lefts = self.forks[left].lock().unwrap();
        let rights = self.forks[right].lock().unwrap();
        eat();
        drop((lefts, rights));
        *self.places.lock().unwrap() += 1;
        self.left.notify_one();
    }
}

#[path = "philosophers/check.rs"]
mod check;
