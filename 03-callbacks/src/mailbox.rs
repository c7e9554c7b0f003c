//! What other threads want to be called, and how they wake the loop for it.

use std::fmt::{self, Display, Formatter};
use std::mem;

// The test of all interleavings puts a mutex of its own in this place.
use super::sync::{Arc, Mutex};

/// Wakes the loop: a wait that is under way ends, or else the next one ends at
/// once. Many rings before a wait count as one.
type Bell = Box<dyn Fn() + Send + Sync>;

/// The queue between the threads that post and the loop that collects.
///
/// No wake-up is lost, because of the order: a thread queues first and then
/// rings; the loop wakes first, and then empties the queue. Whatever is queued
/// after that look finds the loop about to wait with the bell rung.
pub struct Mailbox<T> {
    state: Mutex<State<T>>,
    ring: Bell,
}

struct State<T> {
    /// In the order in which they were posted.
    posted: Vec<T>,
    /// How many [`Sender`]s there are.
    senders: usize,
    /// Set once the loop is gone.
    closed: bool,
}

/// Lets any thread post to a loop. As long as there is one, the loop waits for
/// what it may post.
pub struct Sender<T>(Arc<Mailbox<T>>);

/// The loop is gone, and will not call what was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl<T> Mailbox<T> {
    pub fn new(ring: impl Fn() + Send + Sync + 'static) -> Arc<Mailbox<T>> {
        let state = State { posted: Vec::new(), senders: 0, closed: false };
        Arc::new(Mailbox { state: Mutex::new(state), ring: Box::new(ring) })
    }

    pub fn sender(this: &Arc<Mailbox<T>>) -> Sender<T> {
        this.state.lock().unwrap().senders += 1;
        Sender(this.clone())
    }

    /// Takes out all that was posted.
    pub fn collect(&self) -> Vec<T> {
        mem::take(&mut self.state.lock().unwrap().posted)
    }

    /// Set if nothing is posted, and no thread is left that could post.
    pub fn is_over(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.posted.is_empty() && state.senders == 0
    }

    /// Refuses what is posted from now on. Gives back what was posted and not
    /// collected, so that it is dropped without the lock: a destructor may
    /// post.
    pub fn close(&self) -> Vec<T> {
        let mut state = self.state.lock().unwrap();
        state.closed = true;
        mem::take(&mut state.posted)
    }
}

impl<T> Sender<T> {
    /// Posts `item`, and wakes the loop. Items are collected in the order in
    /// which they were posted.
    ///
    /// # Errors
    ///
    /// If the loop is gone; `item` is dropped.
    pub fn post(&self, item: T) -> Result<(), Closed> {
        let mut state = self.0.state.lock().unwrap();
        if state.closed {
            // The lock is released before the item is dropped: the item's
            // destructor may post.
            drop(state);
            return Err(Closed);
        }
        state.posted.push(item);
        let is_first = state.posted.len() == 1;
        drop(state);
        // If others are in the queue, the first of them has rung, and the loop
        // has not looked since.
        if is_first {
            (self.0.ring)();
        }
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Mailbox::sender(&self.0)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap();
        state.senders -= 1;
        let was_last = state.senders == 0;
        drop(state);
        // The loop may be waiting for this thread alone.
        if was_last {
            (self.0.ring)();
        }
    }
}

impl Display for Closed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the loop is gone")
    }
}

impl std::error::Error for Closed {}
