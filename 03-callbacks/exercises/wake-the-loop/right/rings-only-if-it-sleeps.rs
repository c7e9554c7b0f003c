//! The loop notes under the lock that it is about to sleep, and only then is
//! the bell rung.

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
    state: Mutex<State<T>>,
}

struct State<T> {
    posted: Vec<T>,
    sleeps: bool,
    closed: bool,
}

impl<T, B: Bell> Mailbox<T, B> {
    /// An empty mailbox, for a loop that is woken by `bell`.
    pub fn new(bell: B) -> Mailbox<T, B> {
        let state = State { posted: Vec::new(), sleeps: false, closed: false };
        Mailbox { bell, state: Mutex::new(state) }
    }

    /// Puts an item in, and wakes the loop. Once the mailbox is closed, it
    /// gives the item back. Any thread may call this.
    pub fn post(&self, item: T) -> Result<(), T> {
        let mut state = self.state.lock().unwrap();
        if state.closed {
            return Err(item);
        }
        state.posted.push(item);
        let sleeps = mem::take(&mut state.sleeps);
        drop(state);
        if sleeps {
            self.bell.ring();
        }
        Ok(())
    }

    /// Takes out all items; waits while there is none. Once the mailbox is
    /// closed, it gives what is left, and then `None`. Only the loop calls
    /// this.
    pub fn collect(&self) -> Option<Vec<T>> {
        loop {
            let mut state = self.state.lock().unwrap();
            if !state.posted.is_empty() {
                return Some(mem::take(&mut state.posted));
            }
            if state.closed {
                return None;
            }
            state.sleeps = true;
            drop(state);
            self.bell.wait();
            self.bell.silence();
        }
    }

    /// From now on nothing goes in. Wakes the loop. Any thread may call this.
    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
        self.bell.ring();
    }
}

#[path = "wake-the-loop/check.rs"]
mod check;
