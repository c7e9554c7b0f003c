//! Every second one takes her right fork first. Around a table with an odd
//! number of seats two with even numbers are neighbours, and all the same no
//! circle closes: somewhere it has to turn.

use lab::sync::Mutex;

/// What two neighbours share.
pub struct Fork;

/// A round table.
pub struct Table {
    /// Each to the left of the seat with the same number.
    forks: Vec<Mutex<Fork>>,
}

impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        let forks = (0..seats).map(|_| Mutex::new(Fork)).collect();
        Table { forks }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let left = seat;
        let right = (seat + 1) % self.forks.len();

        let (first, second) =
            if seat.is_multiple_of(2) { (left, right) } else { (right, left) };
        let _first = self.forks[first].lock().unwrap();
        let _second = self.forks[second].lock().unwrap();
        eat();
    }
}

#[path = "philosophers/check.rs"]
mod check;
