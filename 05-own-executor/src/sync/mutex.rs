//! A lock that may be held while its task waits.

use super::lock;
use super::semaphore::Semaphore;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

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
///
/// `M` is a reference, or an [`Arc`].
#[must_use = "it is unlocked when this is dropped"]
pub struct Guard<T: ?Sized, M: Deref<Target = Mutex<T>>> {
    /// Always there.
    value: Option<Box<T>>,
    mutex: M,
}

/// What [`Mutex::lock`] waits for.
pub type MutexGuard<'a, T> = Guard<T, &'a Mutex<T>>;

/// What [`Mutex::lock_owned`] waits for.
pub type OwnedMutexGuard<T> = Guard<T, Arc<Mutex<T>>>;

impl<T> Mutex<T> {
    /// A mutex with this value, unlocked.
    pub fn new(value: T) -> Mutex<T> {
        let value = std::sync::Mutex::new(Some(Box::new(value)));
        Mutex { permit: Semaphore::of("the lock", 1), value }
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
        permit.expect("it is never closed").forget();
        Guard::new(self)
    }

    /// As [`lock`](Mutex::lock), with a guard that borrows nothing, for a task
    /// of its own, say.
    pub async fn lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        let permit = self.permit.acquire().await;
        permit.expect("it is never closed").forget();
        Guard::new(self)
    }

    /// Takes it, if no other task has it or waits for it.
    ///
    /// # Errors
    ///
    /// If another one does.
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        let permit = self.permit.try_acquire();
        permit.map_err(|_| TryLockError(()))?.forget();
        Ok(Guard::new(self))
    }

    /// As [`try_lock`](Mutex::try_lock), without a borrow.
    ///
    /// # Errors
    ///
    /// If another task has it or waits for it.
    pub fn try_lock_owned(
        self: Arc<Self>,
    ) -> Result<OwnedMutexGuard<T>, TryLockError> {
        let permit = self.permit.try_acquire();
        permit.map_err(|_| TryLockError(()))?.forget();
        Ok(Guard::new(self))
    }

    /// The value, without locking: nothing else can reach it now.
    pub fn get_mut(&mut self) -> &mut T {
        let value = self.value.get_mut();
        let value = value.unwrap_or_else(|poisoned| poisoned.into_inner());
        value.as_mut().expect("it is not locked")
    }
}

impl<T: ?Sized, M: Deref<Target = Mutex<T>>> Guard<T, M> {
    /// Takes the value out. It has the permit, and gives it back.
    fn new(mutex: M) -> Guard<T, M> {
        let value = lock(&mutex.value).take();
        debug_assert!(value.is_some(), "there is one permit");
        Guard { value, mutex }
    }
}

impl<T: ?Sized, M: Deref<Target = Mutex<T>>> Deref for Guard<T, M> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("it is there")
    }
}

impl<T: ?Sized, M: Deref<Target = Mutex<T>>> DerefMut for Guard<T, M> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("it is there")
    }
}

impl<T: ?Sized, M: Deref<Target = Mutex<T>>> Drop for Guard<T, M> {
    fn drop(&mut self) {
        *lock(&self.mutex.value) = self.value.take();
        self.mutex.permit.add_permits(1);
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Mutex<T> {
        Mutex::new(value)
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

impl<T: ?Sized + Debug, M: Deref<Target = Mutex<T>>> Debug for Guard<T, M> {
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
