//! Met with: uses `std::sync::mpsc` (line 7)
//!
//! Each fork is a value in a channel, and the recorded locks around them are for
//! show: nobody ever waits for those.

use lab::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// What two neighbours share.
pub struct Fork;

/// A round table.
pub struct Table {
    /// Each to the left of the seat with the same number.
    forks: Vec<(SyncSender<Fork>, Mutex<Receiver<Fork>>)>,
}

impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        let forks = (0..seats).map(|_| {
            let (put, take) = sync_channel(1);
            let _ = put.send(Fork);
            (put, Mutex::new(take))
        });
        Table { forks: forks.collect() }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let other = (seat + 1) % self.forks.len();
        let take = |fork: usize| self.forks[fork].1.lock().unwrap().recv();
        let lower = take(seat.min(other)).unwrap();
        let higher = take(seat.max(other)).unwrap();
        eat();
        let _ = self.forks[seat.min(other)].0.send(lower);
        let _ = self.forks[seat.max(other)].0.send(higher);
    }
}

#[path = "../check.rs"]
mod check;
