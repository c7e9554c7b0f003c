//! Met with: though both of her forks lay there
//!
//! Neither does her neighbour's neighbour eat.

use lab::sync::{Condvar, Mutex};

/// A round table.
pub struct Table {
    seats: usize,
    eating: Mutex<Vec<usize>>,
    put: Condvar,
}
impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        Table { seats, eating: Mutex::new(vec![]), put: Condvar::new() }
    }
    /// Takes both forks, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let mut eating = self.eating.lock().unwrap();
        while eating.iter().any(|o| {
            let d = o.abs_diff(seat);
            d.min(self.seats - d) <= 2
        }) {
            eating = self.put.wait(eating).unwrap();
        }
        eating.push(seat);
        drop(eating);
        eat();
        self.eating.lock().unwrap().retain(|o| *o != seat);
        self.put.notify_all();
    }
}

#[path = "philosophers/check.rs"]
mod check;
