//! A ring of places that are made once; two counters say where the next value
//! goes and where the first one is.

use lab::sync::{Condvar, Mutex};

/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    ring: Mutex<Ring<T>>,
    not_full: Condvar,
    not_empty: Condvar,
}

struct Ring<T> {
    places: Vec<Option<T>>,
    pushed: usize,
    popped: usize,
    closed: bool,
}

impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let places = (0..room).map(|_| None).collect();
        let ring = Ring { places, pushed: 0, popped: 0, closed: false };
        Queue {
            ring: Mutex::new(ring),
            not_full: Condvar::new(),
            not_empty: Condvar::new(),
        }
    }

    /// Puts a value in at the end; waits while there is no room. Once the queue
    /// is closed, it gives the value back.
    pub fn push(&self, value: T) -> Result<(), T> {
        let mut ring = self.ring.lock().unwrap();
        loop {
            if ring.closed {
                return Err(value);
            }
            let place = ring.pushed % ring.places.len();
            if ring.places[place].is_none() {
                ring.places[place] = Some(value);
                ring.pushed += 1;
                self.not_empty.notify_one();
                return Ok(());
            }
            ring = self.not_full.wait(ring).unwrap();
        }
    }

    /// Takes the first value out; waits while there is none. Once the queue is
    /// closed, it gives what is left, and then `None`.
    pub fn pop(&self) -> Option<T> {
        let mut ring = self.ring.lock().unwrap();
        loop {
            let place = ring.popped % ring.places.len();
            if let Some(value) = ring.places[place].take() {
                ring.popped += 1;
                self.not_full.notify_one();
                return Some(value);
            }
            if ring.closed {
                return None;
            }
            ring = self.not_empty.wait(ring).unwrap();
        }
    }

    /// From now on nothing goes in, and no thread waits.
    pub fn close(&self) {
        let mut ring = self.ring.lock().unwrap();
        ring.closed = true;
        self.not_full.notify_all();
        self.not_empty.notify_all();
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
