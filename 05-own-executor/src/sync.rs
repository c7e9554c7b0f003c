//! What tasks use to wait for one another. All of it works between threads.

pub mod mpsc;
pub mod oneshot;
mod mutex;
mod notify;
mod semaphore;

pub use mutex::{Guard, Mutex, MutexGuard, OwnedMutexGuard, TryLockError};
pub use notify::{Notified, Notify};
pub use semaphore::{
    Acquire, AcquireError, OwnedSemaphorePermit, Permit, Semaphore,
    SemaphorePermit, TryAcquireError,
};

use std::sync::PoisonError;
use std::task::{Context, Waker};

/// Locks what no code of others ever runs under, neither wakers nor values: so
/// a panic in between leaves nothing half done.
pub(crate) fn lock<T>(
    mutex: &std::sync::Mutex<T>,
) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts the waker of a task into a place, unless it is there. Gives back the
/// old one, to be dropped after the lock: its destructor may do whatever it
/// likes.
#[must_use]
pub(crate) fn renew(
    place: &mut Option<Waker>,
    context: &Context<'_>,
) -> Option<Waker> {
    let waker = context.waker();
    match place {
        Some(old) if old.will_wake(waker) => None,
        _ => place.replace(waker.clone()),
    }
}
