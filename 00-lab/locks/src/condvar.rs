//! A condition variable that records which thread waits for it, and which
//! notifies it.

use super::hook::{deciding_hook, with_hook};
use super::{MutexGuard, map, number_name};
use std::sync::{self, LockResult};
use std::time::{Duration, Instant};
use timeline::What;

/// [`std::sync::Condvar`], recorded, for a [`Mutex`](super::Mutex) of ours.
///
/// As there, a wait may end that was not notified: wait in a loop, or with
/// [`wait_while`](Condvar::wait_while).
///
/// ```
/// use locks::{Condvar, Mutex};
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
#[derive(Debug)]
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
        map(self.wait_at_most(None, guard), |(guard, _)| guard)
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
        self.wait_at_most(Some(limit), guard)
    }

    /// Waits for as long as `condition` holds, but not much longer than
    /// `limit`.
    ///
    /// # Errors
    /// As [`wait`](Condvar::wait).
    pub fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let start = Instant::now();
        let mut is_late = false;
        while condition(&mut guard) {
            let left = match deciding_hook() {
                // The hook has a clock of its own, and says when time is up.
                Some(_) => limit,
                None => limit.saturating_sub(start.elapsed()),
            };
            if is_late || left.is_zero() {
                return Ok((guard, WaitTimeoutResult(true)));
            }
            let (again, ended) = self.wait_timeout(guard, left)?;
            (guard, is_late) = (again, ended.timed_out());
        }
        Ok((guard, WaitTimeoutResult(false)))
    }

    /// Wakes one of the threads that wait, if there is one.
    pub fn notify_one(&self) {
        timeline::event(What::Notify(&self.name));
        with_hook(|hook| hook.notify(self.number(), false));
        self.inner.notify_one();
    }

    /// Wakes all threads that wait.
    pub fn notify_all(&self) {
        timeline::event(What::Notify(&self.name));
        with_hook(|hook| hook.notify(self.number(), true));
        self.inner.notify_all();
    }
}

impl Condvar {
    /// The number that the hook knows it by: its place in memory.
    fn number(&self) -> usize {
        (&raw const self.name).addr()
    }

    /// Releases the lock, waits to be notified, though not much longer than
    /// `limit`, and takes the lock again.
    fn wait_at_most<'a, T>(
        &self,
        limit: Option<Duration>,
        mut guard: MutexGuard<'a, T>,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let mutex = guard.mutex;
        with_hook(|hook| hook.before_wait(mutex.number()));
        // From here on std's lock is released by the wait, not by the guard.
        let inner = guard.inner.take().expect("it is there until the drop");
        timeline::event(What::Release(&mutex.name));
        timeline::event(What::Wait(&self.name));
        // A test may have set a hook that decides which thread goes on. Then
        // that waits, and std's condition variable is not used.
        let waited = match (deciding_hook(), limit) {
            (Some(hook), _) => {
                drop(inner);
                let late = hook.wait(mutex.number(), self.number(), limit);
                map(mutex.lock_by(hook), |inner| (inner, late))
            }
            (None, None) => map(self.inner.wait(inner), |inner| (inner, false)),
            (None, Some(limit)) => {
                let waited = self.inner.wait_timeout(inner, limit);
                map(waited, |(inner, ended)| (inner, ended.timed_out()))
            }
        };
        map(waited, |(inner, is_late)| {
            (mutex.guard(inner), WaitTimeoutResult(is_late))
        })
    }
}

/// Whether a wait has ended because its time was up: as
/// [`std::sync::WaitTimeoutResult`], which only std can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Set if the time was up.
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Default for Condvar {
    fn default() -> Condvar {
        Condvar::new()
    }
}
