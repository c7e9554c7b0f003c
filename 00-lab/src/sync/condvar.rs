//! A condition variable that records which thread waits for it, and which
//! notifies it.

use super::hook::hook;
use super::{Mutex, MutexGuard, number_name};
use std::fmt;
use std::sync::{self, LockResult, PoisonError, WaitTimeoutResult};
use std::time::Duration;
use timeline::What;

/// [`std::sync::Condvar`], recorded, for a [`Mutex`](super::Mutex) of ours.
///
/// As there, a wait may end that was not notified: wait in a loop, or with
/// [`wait_while`](Condvar::wait_while).
///
/// ```
/// use lab::sync::{Condvar, Mutex};
///
/// let (jobs, more) = (Mutex::new(vec![]), Condvar::new());
/// std::thread::scope(|s| {
///     s.spawn(|| {
///         jobs.lock().unwrap().push("/3");
///         more.notify_one();
///     });
///     let jobs = jobs.lock().unwrap();
///     let mut jobs = more.wait_while(jobs, |jobs| jobs.is_empty()).unwrap();
///     assert_eq!(jobs.pop(), Some("/3"));
/// });
/// ```
pub struct Condvar {
    name: String,
    inner: sync::Condvar,
}

impl Condvar {
    /// A condition variable that no thread waits for.
    pub fn new() -> Condvar {
        let name = number_name("condvar".to_owned());
        Condvar { name, inner: sync::Condvar::new() }
    }

    /// Releases the lock, waits to be notified, takes the lock again.
    ///
    /// # Errors
    /// If the mutex is poisoned; the error holds the guard all the same.
    pub fn wait<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
    ) -> LockResult<MutexGuard<'a, T>> {
        let (mutex, inner) = self.take_lock(guard);
        if let Some(hook) = hook().filter(|hook| hook.decides()) {
            drop(inner);
            hook.wait(mutex.number(), self.number(), None);
            return mutex.guard(mutex.lock_by(hook));
        }
        mutex.guard(self.inner.wait(inner))
    }

    /// Waits for as long as `condition` holds.
    ///
    /// # Errors
    /// As [`wait`](Condvar::wait).
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        while condition(&mut guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// Waits to be notified, but not much longer than `limit`.
    ///
    /// # Errors
    /// As [`wait`](Condvar::wait).
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (mutex, inner) = self.take_lock(guard);
        if let Some(hook) = hook().filter(|hook| hook.decides()) {
            drop(inner);
            let late = hook.wait(mutex.number(), self.number(), Some(limit));
            let locked = mutex.lock_by(hook);
            return wrap(mutex, self.std_timeout(locked, late));
        }
        wrap(mutex, self.inner.wait_timeout(inner, limit))
    }

    /// Waits for as long as `condition` holds, but not much longer than
    /// `limit`.
    ///
    /// # Errors
    /// As [`wait`](Condvar::wait).
    pub fn wait_timeout_while<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
        condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        if hook().is_some_and(|hook| hook.decides()) {
            return self.wait_by_hook_while(guard, limit, condition);
        }
        let (mutex, inner) = self.take_lock(guard);
        wrap(mutex, self.inner.wait_timeout_while(inner, limit, condition))
    }

    /// Wakes one of the threads that wait, if there is one.
    pub fn notify_one(&self) {
        timeline::event(What::Notify(&self.name));
        if let Some(hook) = hook() {
            hook.notify(self.number(), false);
        }
        self.inner.notify_one();
    }

    /// Wakes all threads that wait.
    pub fn notify_all(&self) {
        timeline::event(What::Notify(&self.name));
        if let Some(hook) = hook() {
            hook.notify(self.number(), true);
        }
        self.inner.notify_all();
    }
}

impl Condvar {
    /// The number that the hook knows it by: its place in memory.
    fn number(&self) -> usize {
        (&raw const self.name).addr()
    }

    /// Waits in a loop, until the hook says that time is up.
    fn wait_by_hook_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let mut is_late = false;
        let is_over = loop {
            let is_over = !condition(&mut guard);
            if is_over || is_late {
                break is_over;
            }
            let (again, timeout) = self.wait_timeout(guard, limit)?;
            (guard, is_late) = (again, timeout.timed_out());
        };
        let inner = guard.inner.take().expect("it is there until the drop");
        // It is not poisoned: that ends the loop above, and this call.
        let timed = self.std_timeout(Ok(inner), !is_over);
        let (inner, timeout) = timed.unwrap_or_else(PoisonError::into_inner);
        guard.inner = Some(inner);
        Ok((guard, timeout))
    }

    /// Makes the result of a wait that a hook has ended. Only std can make one,
    /// so this is a wait of std's for no time at all.
    fn std_timeout<'a, T>(
        &self,
        locked: LockResult<sync::MutexGuard<'a, T>>,
        is_late: bool,
    ) -> LockResult<(sync::MutexGuard<'a, T>, WaitTimeoutResult)> {
        let wait_for_no_time = |inner| {
            let none = Duration::ZERO;
            self.inner.wait_timeout_while(inner, none, |_| is_late)
        };
        match locked {
            Ok(inner) => wait_for_no_time(inner),
            Err(poisoned) => match wait_for_no_time(poisoned.into_inner()) {
                Ok(waited) => Err(PoisonError::new(waited)),
                Err(poisoned) => Err(poisoned),
            },
        }
    }

    /// Takes the lock out of its guard, for the wait to release it.
    fn take_lock<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
    ) -> (&'a Mutex<T>, sync::MutexGuard<'a, T>) {
        if let Some(hook) = hook() {
            hook.before_wait(guard.mutex.number());
        }
        let inner = guard.inner.take().expect("it is there until the drop");
        timeline::event(What::Release(&guard.mutex.name));
        timeline::event(What::Wait(&self.name));
        (guard.mutex, inner)
    }
}

/// Ends a wait with a limit: wraps the lock in a guard again.
fn wrap<'a, T>(
    mutex: &'a Mutex<T>,
    waited: LockResult<(sync::MutexGuard<'a, T>, WaitTimeoutResult)>,
) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
    let (locked, timeout) = match waited {
        Ok((inner, timeout)) => (Ok(inner), timeout),
        Err(poisoned) => {
            let (inner, timeout) = poisoned.into_inner();
            (Err(PoisonError::new(inner)), timeout)
        }
    };
    match mutex.guard(locked) {
        Ok(guard) => Ok((guard, timeout)),
        Err(poisoned) => {
            Err(PoisonError::new((poisoned.into_inner(), timeout)))
        }
    }
}

impl Default for Condvar {
    fn default() -> Condvar {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
