//! Permits, and tasks that wait for them in a line.

use super::{lock, renew};
use crate::budget;
use crate::lanes::waits_for;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::mem;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// A number of permits. A task that wants some waits until they are free.
///
/// It is fair: permits go to the tasks that wait in the order in which these
/// were first polled, and none overtakes another. So one that wants many holds
/// back those behind it that want few; what comes back is put aside for it.
///
/// ```
/// use own_executor::sync::Semaphore;
///
/// let two = Semaphore::new(2);
/// own_executor::block_on(async {
///     let one = two.acquire().await.unwrap();
///     assert_eq!(two.available_permits(), 1);
///     drop(one);
///     assert_eq!(two.available_permits(), 2);
/// });
/// ```
pub struct Semaphore {
    state: Mutex<State>,
    /// What a permit is to those who look at the timeline.
    what: &'static str,
}

struct State {
    /// Those that are free: none, while a task waits.
    free: usize,
    is_closed: bool,
    /// The tasks that wait, in the order of their numbers.
    line: BTreeMap<u64, Waiter>,
    /// Those that have got all they wanted, and have not been polled since.
    granted: BTreeSet<u64>,
    next: u64,
}

struct Waiter {
    /// How many permits it still wants.
    missing: usize,
    /// How many have been put aside for it.
    has: usize,
    waker: Option<Waker>,
}

impl Semaphore {
    /// As many permits can there be.
    pub const MAX_PERMITS: usize = usize::MAX >> 3;

    /// A semaphore with this number of permits.
    ///
    /// # Panics
    ///
    /// If they are more than [`MAX_PERMITS`](Semaphore::MAX_PERMITS).
    #[track_caller]
    pub const fn new(permits: usize) -> Semaphore {
        Semaphore::of("a permit", permits)
    }

    /// One whose permits mean something: room in a channel, say.
    #[track_caller]
    pub(super) const fn of(what: &'static str, permits: usize) -> Semaphore {
        assert!(permits <= Self::MAX_PERMITS, "too many permits");
        Semaphore {
            state: Mutex::new(State {
                free: permits,
                is_closed: false,
                line: BTreeMap::new(),
                granted: BTreeSet::new(),
                next: 0,
            }),
            what,
        }
    }

    /// How many permits are free, and not waited for.
    pub fn available_permits(&self) -> usize {
        lock(&self.state).free
    }

    /// Makes more permits.
    ///
    /// # Panics
    ///
    /// If there are more than [`MAX_PERMITS`](Semaphore::MAX_PERMITS) then.
    #[track_caller]
    pub fn add_permits(&self, permits: usize) {
        let mut state = lock(&self.state);
        let sum = state.free.checked_add(permits);
        let fits = sum.is_some_and(|sum| sum <= Self::MAX_PERMITS);
        let woken = if fits { state.release(permits) } else { Vec::new() };
        drop(state);
        assert!(fits, "too many permits");
        woken.into_iter().for_each(Waker::wake);
    }

    /// Takes away permits that are free, as many as there are of `permits`, and
    /// says how many these were. Those that others have are not touched.
    pub fn forget_permits(&self, permits: usize) -> usize {
        let mut state = lock(&self.state);
        let taken = permits.min(state.free);
        state.free -= taken;
        taken
    }

    /// Waits for a permit. It comes back when what this gives is dropped.
    ///
    /// It is cancel safe, but a task that drops it loses its place in the line.
    ///
    /// # Errors
    ///
    /// If the semaphore is [closed](Semaphore::close).
    pub fn acquire(&self) -> Acquire<'_> {
        self.acquire_many(1)
    }

    /// Waits for several permits, which come all at once. As
    /// [`acquire`](Semaphore::acquire).
    pub fn acquire_many(&self, permits: u32) -> Acquire<'_> {
        let wanted = permits as usize;
        Acquire { semaphore: self, wanted, stage: Stage::Fresh }
    }

    /// Takes a permit, if there is one, without waiting.
    ///
    /// # Errors
    ///
    /// If none is free, or the semaphore is closed.
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes several permits, or none. As
    /// [`try_acquire`](Semaphore::try_acquire).
    pub fn try_acquire_many(
        &self,
        permits: u32,
    ) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        let mut state = lock(&self.state);
        let permits = permits as usize;
        if state.is_closed {
            return Err(TryAcquireError::Closed);
        }
        if state.free < permits {
            return Err(TryAcquireError::NoPermits);
        }
        state.free -= permits;
        Ok(Permit { semaphore: self, permits })
    }

    /// As [`acquire`](Semaphore::acquire), with a permit that borrows nothing,
    /// for a task of its own, say.
    ///
    /// ```
    /// use own_executor::sync::Semaphore;
    /// use std::sync::Arc;
    ///
    /// let two = Arc::new(Semaphore::new(2));
    /// own_executor::block_on(async {
    ///     for n in 0..5 {
    ///         let permit = two.clone().acquire_owned().await.unwrap();
    ///         drop(own_executor::spawn(async move {
    ///             println!("{n}: at most two at a time");
    ///             drop(permit);
    ///         }));
    ///     }
    /// });
    /// ```
    pub async fn acquire_owned(
        self: Arc<Self>,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.acquire_many_owned(1).await
    }

    /// As [`acquire_many`](Semaphore::acquire_many), without a borrow.
    pub async fn acquire_many_owned(
        self: Arc<Self>,
        permits: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.acquire_many(permits).await?.forget();
        Ok(Permit { semaphore: self, permits: permits as usize })
    }

    /// As [`try_acquire`](Semaphore::try_acquire), without a borrow.
    pub fn try_acquire_owned(
        self: Arc<Self>,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`try_acquire_many`](Semaphore::try_acquire_many), without a borrow.
    pub fn try_acquire_many_owned(
        self: Arc<Self>,
        permits: u32,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many(permits)?.forget();
        Ok(Permit { semaphore: self, permits: permits as usize })
    }

    /// Gives an error to all that wait, or want a permit later. Permits that
    /// come back are still counted.
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.is_closed = true;
        let line = mem::take(&mut state.line);
        state.free += line.values().map(|it| it.has).sum::<usize>();
        drop(state);
        for waker in line.into_values().filter_map(|it| it.waker) {
            waker.wake();
        }
    }

    /// Set once it is closed.
    pub fn is_closed(&self) -> bool {
        lock(&self.state).is_closed
    }

    /// Gives permits back, and wakes the tasks that have all they want then.
    fn release(&self, permits: usize) {
        let woken = lock(&self.state).release(permits);
        woken.into_iter().for_each(Waker::wake);
    }
}

impl State {
    /// Gives permits to the tasks that wait. The wakers are to be woken outside
    /// of the lock.
    #[must_use]
    fn release(&mut self, permits: usize) -> Vec<Waker> {
        self.free += permits;
        let mut woken = Vec::new();
        while let Some(mut first) = self.line.first_entry() {
            let given = self.free.min(first.get().missing);
            self.free -= given;
            first.get_mut().missing -= given;
            first.get_mut().has += given;
            if first.get().missing > 0 {
                break;
            }
            let (number, waiter) = first.remove_entry();
            self.granted.insert(number);
            woken.extend(waiter.waker);
        }
        woken
    }
}

/// What [`Semaphore::acquire`] gives back.
#[must_use = "it does nothing unless it is awaited"]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
    wanted: usize,
    stage: Stage,
}

enum Stage {
    /// It was not polled.
    Fresh,
    /// It waits in the line, with this number.
    Waits(u64),
    Done,
}

impl<'a> Future for Acquire<'a> {
    type Output = Result<SemaphorePermit<'a>, AcquireError>;

    #[track_caller]
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        let (semaphore, wanted) = (self.semaphore, self.wanted);
        // A task that has spent its budget gets its place all the same.
        let spent = budget::spend(context);
        let mut state = lock(&semaphore.state);
        // Mostly there are enough, and no task waits.
        if let Stage::Fresh = self.stage
            && !state.is_closed
            && state.line.is_empty()
            && state.free >= wanted
            && let Poll::Ready(spent) = spent
        {
            spent.made_progress();
            state.free -= wanted;
            self.stage = Stage::Done;
            return Poll::Ready(Ok(Permit { semaphore, permits: wanted }));
        }
        let number = match self.stage {
            Stage::Waits(number) => number,
            Stage::Done => panic!("an `Acquire` was polled after it was ready"),
            Stage::Fresh if state.is_closed => {
                self.stage = Stage::Done;
                return Poll::Ready(Err(AcquireError(())));
            }
            Stage::Fresh => {
                let number = state.next;
                state.next += 1;
                let waiter = Waiter { missing: wanted, has: 0, waker: None };
                state.line.insert(number, waiter);
                self.stage = Stage::Waits(number);
                // If others wait already, nothing is free.
                let woken = state.release(0);
                debug_assert!(woken.is_empty());
                number
            }
        };
        if let Some(waiter) = state.line.get_mut(&number) {
            let old = renew(&mut waiter.waker, context);
            drop(state);
            drop(old);
            waits_for(semaphore.what);
            return Poll::Pending;
        }
        let Poll::Ready(spent) = spent else { return Poll::Pending };
        spent.made_progress();
        let is_granted = state.granted.remove(&number);
        self.stage = Stage::Done;
        if state.is_closed {
            let _ = state.release(if is_granted { wanted } else { 0 });
            return Poll::Ready(Err(AcquireError(())));
        }
        Poll::Ready(Ok(Permit { semaphore, permits: wanted }))
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Stage::Waits(number) = self.stage else { return };
        let mut state = lock(&self.semaphore.state);
        let waiter = state.line.remove(&number);
        let had = match &waiter {
            Some(waiter) => waiter.has,
            None if state.granted.remove(&number) => self.wanted,
            None => 0,
        };
        let woken = state.release(had);
        drop(state);
        drop(waiter);
        woken.into_iter().for_each(Waker::wake);
    }
}

/// Permits that come back when this is dropped.
///
/// `S` is a reference, or an [`Arc`].
#[must_use = "the permits come back when this is dropped"]
pub struct Permit<S: Deref<Target = Semaphore>> {
    semaphore: S,
    permits: usize,
}

/// What [`Semaphore::acquire`] waits for.
pub type SemaphorePermit<'a> = Permit<&'a Semaphore>;

/// What [`Semaphore::acquire_owned`] waits for.
pub type OwnedSemaphorePermit = Permit<Arc<Semaphore>>;

impl<S: Deref<Target = Semaphore>> Permit<S> {
    /// Does not give the permits back: there are fewer from now on.
    pub fn forget(mut self) {
        self.permits = 0;
    }

    /// How many permits these are.
    pub fn num_permits(&self) -> usize {
        self.permits
    }
}

impl<S: Deref<Target = Semaphore>> Drop for Permit<S> {
    fn drop(&mut self) {
        if self.permits > 0 {
            self.semaphore.release(self.permits);
        }
    }
}

impl Debug for Semaphore {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = lock(&self.state);
        f.debug_struct("Semaphore")
            .field("available", &state.free)
            .field("waiting", &state.line.len())
            .field("closed", &state.is_closed)
            .finish()
    }
}

impl Debug for Acquire<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").field("wanted", &self.wanted).finish()
    }
}

impl<S: Deref<Target = Semaphore>> Debug for Permit<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SemaphorePermit");
        shown.field("permits", &self.permits).finish()
    }
}

/// The semaphore is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcquireError(());

impl Display for AcquireError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the semaphore is closed")
    }
}

impl Error for AcquireError {}

/// Why there is no permit now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryAcquireError {
    /// The semaphore is closed.
    Closed,
    /// Others have them, or wait for them.
    NoPermits,
}

impl Display for TryAcquireError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryAcquireError::Closed => "the semaphore is closed",
            TryAcquireError::NoPermits => "there are not enough permits",
        })
    }
}

impl Error for TryAcquireError {}
