//! std's [`Mutex`] and [`Condvar`], recorded: which thread holds which lock,
//! and which waits for it. std's own cannot tell. `lab` hands them on as
//! `lab::sync`.
//!
//! ```
//! use locks::Mutex;
//!
//! let seen = Mutex::new(vec!["/"]);
//! seen.lock().unwrap().push("/1");
//! assert_eq!(seen.into_inner().unwrap(), ["/", "/1"]);
//! ```

mod condvar;
#[doc(hidden)]
pub mod hook;

pub use condvar::{Condvar, WaitTimeoutResult};

use hook::{Hook, deciding_hook, with_hook};
use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{self, LockResult, PoisonError, TryLockError, TryLockResult};
use timeline::What;

/// [`std::sync::Mutex`], recorded.
///
/// As there, a panic while it is locked *poisons* it: from then on `lock` gives
/// an error that still holds the guard. Unlike there, `new` is not a `const
/// fn`: a mutex is called by the type of what is in it, and numbered in the
/// order in which they are made: `Fork 1`, `Fork 2`.
#[derive(Debug)]
pub struct Mutex<T: ?Sized> {
    name: String,
    inner: sync::Mutex<T>,
}

/// The lock is held as long as this lives.
///
/// It stays on its thread, as std's does:
///
/// ```compile_fail,E0277
/// let mutex = locks::Mutex::new(0);
/// let guard = mutex.lock().unwrap();
/// std::thread::scope(|s| s.spawn(move || drop(guard)).join());
/// ```
#[must_use = "the lock is released when this is dropped"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    /// `None` once a condition variable has taken it out, to wait.
    inner: Option<sync::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// An unlocked mutex around `value`.
    pub fn new(value: T) -> Mutex<T> {
        Mutex {
            name: number_name(shorten_name(type_name::<T>())),
            inner: sync::Mutex::new(value),
        }
    }

    /// Gives back the value.
    ///
    /// # Errors
    /// If it is poisoned; the error holds the value all the same.
    pub fn into_inner(self) -> LockResult<T> {
        self.inner.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until this thread is the one that holds the lock.
    ///
    /// # Errors
    /// If it is poisoned; the error holds the guard all the same.
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        with_hook(|hook| hook.before_lock());
        let locked = self.try_inner().unwrap_or_else(|| {
            timeline::event(What::Want(&self.name));
            match deciding_hook() {
                Some(hook) => self.lock_by(hook),
                None => self.inner.lock(),
            }
        });
        map(locked, |inner| self.guard(inner))
    }

    /// Takes the lock if that needs no waiting.
    ///
    /// # Errors
    /// If it is held, or poisoned.
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        with_hook(|hook| hook.before_lock());
        match self.try_inner() {
            Some(locked) => Ok(map(locked, |inner| self.guard(inner))?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    /// The value. While it is borrowed here, no thread can lock it.
    ///
    /// # Errors
    /// If it is poisoned; the error holds the reference all the same.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.inner.get_mut()
    }

    /// Set if a thread panicked while it held the lock.
    pub fn is_poisoned(&self) -> bool {
        self.inner.is_poisoned()
    }

    /// Declares what a panic left behind to be in order.
    pub fn clear_poison(&self) {
        self.inner.clear_poison();
    }

    /// std's lock, if that needs no waiting.
    fn try_inner(&self) -> Option<LockResult<sync::MutexGuard<'_, T>>> {
        match self.inner.try_lock() {
            Ok(inner) => Some(Ok(inner)),
            Err(TryLockError::Poisoned(poisoned)) => Some(Err(poisoned)),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Waits for std's lock: the hook decides when it is tried again.
    fn lock_by(&self, hook: &dyn Hook) -> LockResult<sync::MutexGuard<'_, T>> {
        loop {
            if let Some(locked) = self.try_inner() {
                return locked;
            }
            hook.wait_for_lock(self.number());
        }
    }

    /// The number that the hook knows it by: its place in memory.
    fn number(&self) -> usize {
        (&raw const self.name).addr()
    }

    /// Wraps std's guard: from here on this thread holds the lock.
    fn guard<'a>(
        &'a self,
        inner: sync::MutexGuard<'a, T>,
    ) -> MutexGuard<'a, T> {
        timeline::event(What::Hold(&self.name));
        with_hook(|hook| hook.after_lock(self.number()));
        MutexGuard { mutex: self, inner: Some(inner) }
    }
}

/// Changes what a lock gives back, poisoned or not.
fn map<T, U>(
    result: LockResult<T>,
    change: impl FnOnce(T) -> U,
) -> LockResult<U> {
    match result {
        Ok(value) => Ok(change(value)),
        Err(poisoned) => Err(PoisonError::new(change(poisoned.into_inner()))),
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // A condition variable has taken the lock out of it.
        let Some(inner) = self.inner.take() else { return };
        // Recorded before it happens: or else another thread's `hold` might
        // come first in the recording.
        timeline::event(What::Release(&self.mutex.name));
        drop(inner);
        with_hook(|hook| hook.after_release(self.mutex.number()));
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.inner.as_ref().expect("it is there until the drop")
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.inner.as_mut().expect("it is there until the drop")
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Mutex<T> {
        Mutex::new(value)
    }
}

/// Shortens the name of a type: `alloc::vec::Vec<url::Url>` to `Vec<Url>`, and
/// `()` to `lock`.
fn shorten_name(long: &str) -> String {
    if long == "()" {
        return "lock".to_owned();
    }
    let mut short = String::new();
    for word in long.split_inclusive(|c: char| "<>()[], &;".contains(c)) {
        short += word.rsplit("::").next().unwrap_or(word);
    }
    short
}

/// How many locks and condition variables there are of each name.
static NAMES: sync::Mutex<BTreeMap<String, u32>> =
    sync::Mutex::new(BTreeMap::new());

/// Adds to a name the next number that it has not had.
fn number_name(name: String) -> String {
    let mut counts = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.entry(name.clone()).or_default();
    *count += 1;
    format!("{name} {count}")
}

#[cfg(test)]
mod tests;
