//! Two counting semaphores, of free places and of values, around a list: each
//! is a number and a condition variable.

use lab::sync::{Condvar, Mutex};
use std::collections::VecDeque;

/// A queue with room for `room` values, for threads that share it.
pub struct Queue<T> {
    free: Semaphore,
    filled: Semaphore,
    list: Mutex<(VecDeque<T>, bool)>,
}

/// So many threads may go on; once it is open, all of them.
struct Semaphore {
    count: Mutex<Option<usize>>,
    more: Condvar,
}

impl Semaphore {
    fn new(count: usize) -> Semaphore {
        Semaphore { count: Mutex::new(Some(count)), more: Condvar::new() }
    }

    fn take(&self) {
        let count = self.count.lock().unwrap();
        let none = |count: &mut Option<usize>| *count == Some(0);
        let mut count = self.more.wait_while(count, none).unwrap();
        *count = count.map(|count| count - 1);
    }

    fn give(&self) {
        let mut count = self.count.lock().unwrap();
        *count = count.map(|count| count + 1);
        self.more.notify_one();
    }

    fn open(&self) {
        *self.count.lock().unwrap() = None;
        self.more.notify_all();
    }
}

impl<T> Queue<T> {
    /// An empty queue.
    pub fn with_room_for(room: usize) -> Queue<T> {
        let list = Mutex::new((VecDeque::new(), false));
        Queue { free: Semaphore::new(room), filled: Semaphore::new(0), list }
    }

    /// Puts a value in at the end; waits while there is no room. Once the queue
    /// is closed, it gives the value back.
    pub fn push(&self, value: T) -> Result<(), T> {
        self.free.take();
        let mut list = self.list.lock().unwrap();
        if list.1 {
            return Err(value);
        }
        list.0.push_back(value);
        drop(list);
        self.filled.give();
        Ok(())
    }

    /// Takes the first value out; waits while there is none. Once the queue is
    /// closed, it gives what is left, and then `None`.
    pub fn pop(&self) -> Option<T> {
        self.filled.take();
        let value = self.list.lock().unwrap().0.pop_front();
        self.free.give();
        value
    }

    /// From now on nothing goes in, and no thread waits.
    pub fn close(&self) {
        self.list.lock().unwrap().1 = true;
        self.free.open();
        self.filled.open();
    }
}

#[path = "bounded-queue/check.rs"]
mod check;
