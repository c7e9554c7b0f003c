//! Futures inside of one: it polls only those that were woken.
//!
//! This file is compiled a second time, with the lock and the atomic of `loom`,
//! in the tests, which try all orders.

use super::{AtomicBool, Mutex, is_ready, lock, renew};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering::AcqRel;
use std::task::{Context, Wake, Waker};
use timeline::{Id, is_on};

/// What was woken inside of a future.
#[derive(Default)]
pub struct Wakes(Mutex<Woken>);

#[derive(Default)]
struct Woken {
    keys: Vec<Key>,
    /// The waker of the future that has the others inside.
    outer: Option<Waker>,
}

/// A place among those inside, and its generation.
pub type Key = (u32, u32);

impl Wakes {
    /// Has the outer future polled, and in it what has this key.
    pub fn wake(&self, key: Option<Key>) {
        let mut woken = lock(&self.0);
        woken.keys.extend(key);
        let outer = woken.outer.take();
        drop(woken);
        outer.into_iter().for_each(Waker::wake);
    }

    /// The outer future is polled: it sets its waker, and takes out what was
    /// woken. What is woken from here on, it polls in its next poll.
    pub fn take(&self, context: &Context<'_>) -> Vec<Key> {
        let mut woken = lock(&self.0);
        let old = renew(&mut woken.outer, context);
        let keys = mem::take(&mut woken.keys);
        drop(woken);
        drop(old);
        keys
    }
}

/// The waker of one that is inside.
pub struct InnerWaker {
    wakes: Arc<Wakes>,
    key: Key,
    /// Set if it was woken, and was not polled since.
    is_queued: AtomicBool,
    /// The lane that a recording has for it; 0 if there is none.
    lane: Id,
}

impl InnerWaker {
    pub fn new(wakes: &Arc<Wakes>, key: Key, lane: Id) -> Arc<InnerWaker> {
        let is_queued = AtomicBool::new(false);
        Arc::new(InnerWaker { wakes: wakes.clone(), key, is_queued, lane })
    }

    /// It is about to be polled, and sees what was done before it was woken.
    pub fn unqueue(&self) {
        self.is_queued.swap(false, AcqRel);
    }

    /// It has ended. To wake it does nothing any more.
    pub fn end(&self) {
        self.is_queued.swap(true, AcqRel);
    }
}

impl Wake for InnerWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // The call that sets it puts the key into the list.
        if !self.is_queued.swap(true, AcqRel) {
            if is_on() {
                is_ready(self.lane);
            }
            self.wakes.wake(Some(self.key));
        }
    }
}
