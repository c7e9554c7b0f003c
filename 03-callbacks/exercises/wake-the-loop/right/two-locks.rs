//! One lock for the items and one for the end, always taken in this order. A
//! post holds both, so that no close comes in between.

use lab::sync::Mutex;
use std::mem;

/// What wakes the loop, as an `eventfd` does. It rings until it is silenced.
pub trait Bell: Send + Sync {
    /// Has it ring. If it rings already, nothing changes.
    fn ring(&self);

    /// Waits until it rings. It goes on ringing.
    fn wait(&self);

    /// From now on it does not ring.
    fn silence(&self);
}

/// What threads have posted to a loop.
pub struct Mailbox<T, B> {
    bell: B,
    posted: Mutex<Vec<T>>,
    closed: Mutex<bool>,
}

impl<T, B: Bell> Mailbox<T, B> {
    /// An empty mailbox, for a loop that is woken by `bell`.
    pub fn new(bell: B) -> Mailbox<T, B> {
        let (posted, closed) = (Mutex::default(), Mutex::default());
        Mailbox { bell, posted, closed }
    }

    /// Puts an item in, and wakes the loop. Once the mailbox is closed, it
    /// gives the item back. Any thread may call this.
    pub fn post(&self, item: T) -> Result<(), T> {
        let mut posted = self.posted.lock().unwrap();
        let closed = self.closed.lock().unwrap();
        if *closed {
            return Err(item);
        }
        posted.push(item);
        let is_first = posted.len() == 1;
        drop((closed, posted));
        // Of several items in the mailbox, the first has rung or is about to.
        if is_first {
            self.bell.ring();
        }
        Ok(())
    }

    /// Takes out all items; waits while there is none. Once the mailbox is
    /// closed, it gives what is left, and then `None`. Only the loop calls
    /// this.
    pub fn collect(&self) -> Option<Vec<T>> {
        loop {
            let is_last = *self.closed.lock().unwrap();
            let posted = mem::take(&mut *self.posted.lock().unwrap());
            if !posted.is_empty() {
                return Some(posted);
            }
            if is_last {
                return None;
            }
            self.bell.wait();
            self.bell.silence();
        }
    }

    /// From now on nothing goes in. Wakes the loop. Any thread may call this.
    pub fn close(&self) {
        *self.closed.lock().unwrap() = true;
        self.bell.ring();
    }
}

#[path = "wake-the-loop/check.rs"]
mod check;
