//! The one place where a test can take control of the threads that use
//! [`Mutex`](super::Mutex) and [`Condvar`](super::Condvar).
//!
//! Outside tests no hook is set. Then this costs one relaxed load for each
//! lock.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// Decides which thread goes on, and when. Locks and condition variables are
/// numbers that stay the same as long as a thread holds one or waits for one.
pub trait Hook: Sync {
    /// Set if this thread is one of those that it decides about. Only these
    /// call the functions below.
    fn knows_this_thread(&self) -> bool;

    /// Set if threads wait in [`wait_for_lock`](Hook::wait_for_lock) and
    /// [`wait`](Hook::wait) instead of in std. If not, these two are not
    /// called, and [`notify`](Hook::notify) has nothing to do.
    fn decides(&self) -> bool;

    /// This thread is about to take a lock, or to try to.
    fn before_lock(&self);

    /// This thread has the lock.
    fn after_lock(&self, lock: usize);

    /// This thread is about to wait, and still has the lock.
    fn before_wait(&self, lock: usize);

    /// The lock is held by another: waits until it is worth another try.
    fn wait_for_lock(&self, lock: usize);

    /// This thread has released the lock.
    fn after_release(&self, lock: usize);

    /// This thread has released the lock: waits until it is notified. Gives
    /// back `true` if its time is up instead.
    fn wait(
        &self,
        lock: usize,
        condvar: usize,
        limit: Option<Duration>,
    ) -> bool;

    /// This thread notifies one of the threads that wait there, or all.
    fn notify(&self, condvar: usize, all: bool);
}

/// Set if there is a hook. `Relaxed` is enough: the threads that have to see
/// the hook are started after it was set, and to start a thread publishes all
/// that was done before.
static ON: AtomicBool = AtomicBool::new(false);
static HOOK: RwLock<Option<&'static dyn Hook>> = RwLock::new(None);

/// Asks `hook` about its threads from now on, until this guard is dropped.
#[must_use = "the hook is taken off when this is dropped"]
pub struct Hooked(());

impl Hooked {
    /// Sets the hook, in place of the one before.
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

/// Numbers the locks and condition variables from 1 again, so that in another
/// run of the same threads they have the same names.
pub fn count_names_anew() {
    super::NAMES.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Calls the hook that decides about this thread, if there is one.
#[inline]
pub(super) fn with_hook(call: impl FnOnce(&dyn Hook)) {
    if let Some(hook) = hook() {
        call(hook);
    }
}

/// The hook in which this thread waits, instead of in std.
#[inline]
pub(super) fn deciding_hook() -> Option<&'static dyn Hook> {
    hook().filter(|hook| hook.decides())
}

#[inline]
fn hook() -> Option<&'static dyn Hook> {
    if ON.load(Relaxed) { hook_of_this_thread() } else { None }
}

#[cold]
fn hook_of_this_thread() -> Option<&'static dyn Hook> {
    let hook = *HOOK.read().unwrap_or_else(PoisonError::into_inner);
    hook.filter(|hook| hook.knows_this_thread())
}
