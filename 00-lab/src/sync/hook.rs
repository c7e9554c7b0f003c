//! The one place where an instrument of tests can take hold of the threads that
//! use [`Mutex`](super::Mutex) and [`Condvar`](super::Condvar).
//!
//! Off, which it is outside tests, it costs one relaxed load for each lock.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// Decides which thread goes on, and when. Locks and condition variables are
/// numbers that stay the same as long as a thread holds one or waits for one.
pub trait Hook: Sync {
    /// Set if this thread is one of those that it decides about. Nothing else is
    /// asked about any other thread.
    fn knows_this_thread(&self) -> bool;

    /// Set if a thread waits only in [`wait_for_lock`](Hook::wait_for_lock) and
    /// [`wait`](Hook::wait). If not, it waits as std's do, and these two and
    /// [`notify`](Hook::notify) are of no account.
    fn decides(&self) -> bool;

    /// This thread is about to take a lock, or to try to.
    fn before_lock(&self);

    /// This thread has the lock.
    fn after_lock(&self, lock: usize);

    /// This thread is about to wait, and still has the lock.
    fn before_wait(&self, lock: usize);

    /// The lock is held; comes back when it is worth another try.
    fn wait_for_lock(&self, lock: usize);

    /// This thread has released the lock.
    fn after_release(&self, lock: usize);

    /// This thread has released the lock and waits; comes back when it goes on.
    /// Set if that is because its time is up.
    fn wait(
        &self,
        lock: usize,
        condvar: usize,
        limit: Option<Duration>,
    ) -> bool;

    /// This thread notifies one that waits there, or all.
    fn notify(&self, condvar: usize, all: bool);
}

/// `Relaxed`: threads that are to see the hook are started after it was set,
/// and to start a thread publishes all that was before.
static ON: AtomicBool = AtomicBool::new(false);
static HOOK: RwLock<Option<&'static dyn Hook>> = RwLock::new(None);

/// Asks `hook` about its threads from now on, until this guard is dropped.
#[must_use = "the hook is taken off when this is dropped"]
pub struct Hooked(());

impl Hooked {
    /// Sets the hook, in the place of the one before.
    pub fn to(hook: &'static dyn Hook) -> Hooked {
        *HOOK.write().unwrap_or_else(PoisonError::into_inner) = Some(hook);
        ON.store(true, Relaxed);
        Hooked(())
    }
}

impl Drop for Hooked {
    fn drop(&mut self) {
        ON.store(false, Relaxed);
        *HOOK.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// From here on the names of locks and condition variables are counted from 1,
/// so that those of one run are those of the next.
pub fn count_names_anew() {
    super::NAMES.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// What decides about this thread, if anything does.
#[inline]
pub(super) fn hook() -> Option<&'static dyn Hook> {
    if ON.load(Relaxed) { hook_of_this_thread() } else { None }
}

#[cold]
fn hook_of_this_thread() -> Option<&'static dyn Hook> {
    let hook = *HOOK.read().unwrap_or_else(PoisonError::into_inner);
    hook.filter(|hook| hook.knows_this_thread())
}
