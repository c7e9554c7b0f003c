//! A lock that may be held while its task waits.

use super::lock;
use super::semaphore::{Semaphore, SemaphorePermit};
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::ops::{Deref, DerefMut};

/// A value that one task can use at a time, also while it waits.
///
/// It is a [`Semaphore`] with one permit, and as fair. A guard has the permit.
/// It takes the value out, and puts it back at the end: so all of this is safe
/// Rust. A panic while it is locked unlocks it, and does not poison it.
///
/// If nothing is awaited while it is locked, std's mutex is better.
///
/// ```
/// use own_executor::sync::Mutex;
///
/// let sum = Mutex::new(0);
/// own_executor::block_on(async {
///     *sum.lock().await += 1;
///     assert_eq!(*sum.lock().await, 1);
/// });
/// ```
pub struct Mutex<T: ?Sized> {
    permit: Semaphore,
    /// Not there while it is locked.
    value: std::sync::Mutex<Option<Box<T>>>,
}

/// The value of a [`Mutex`], which is unlocked when this is dropped.
#[must_use = "it is unlocked when this is dropped"]
pub struct MutexGuard<'a, T: ?Sized> {
    /// Always there.
    value: Option<Box<T>>,
    home: &'a std::sync::Mutex<Option<Box<T>>>,
    /// Dropped after the value is back.
    _permit: SemaphorePermit<'a>,
}

impl<T> Mutex<T> {
    /// A mutex with this value, unlocked.
    pub fn new(value: T) -> Mutex<T> {
        let value = std::sync::Mutex::new(Some(Box::new(value)));
        Mutex { permit: Semaphore::new(1), value }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        let value = self.value.into_inner();
        let value = value.unwrap_or_else(|poisoned| poisoned.into_inner());
        *value.expect("it is not locked")
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until no other task has it. It is cancel safe, but a task that
    /// drops this loses its place in the line.
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        let permit = self.permit.acquire().await;
        self.guard(permit.expect("it is never closed"))
    }

    /// Takes it, if no other task has it or waits for it.
    ///
    /// # Errors
    ///
    /// If another one does.
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        match self.permit.try_acquire() {
            Ok(permit) => Ok(self.guard(permit)),
            Err(_) => Err(TryLockError(())),
        }
    }

    /// The value, without locking: nothing else can reach it now.
    pub fn get_mut(&mut self) -> &mut T {
        let value = self.value.get_mut();
        let value = value.unwrap_or_else(|poisoned| poisoned.into_inner());
        value.as_mut().expect("it is not locked")
    }

    fn guard<'a>(&'a self, permit: SemaphorePermit<'a>) -> MutexGuard<'a, T> {
        let value = lock(&self.value).take();
        debug_assert!(value.is_some(), "there is one permit");
        MutexGuard { value, home: &self.value, _permit: permit }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("it is there")
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("it is there")
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        *lock(self.home) = self.value.take();
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T: ?Sized + Debug> Debug for Mutex<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.try_lock() {
            Ok(value) => f.debug_tuple("Mutex").field(&&*value).finish(),
            Err(_) => f.write_str("Mutex(<locked>)"),
        }
    }
}

impl<T: ?Sized + Debug> Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// Another task has the mutex, or waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TryLockError(());

impl Display for TryLockError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the mutex is locked")
    }
}

impl Error for TryLockError {}
