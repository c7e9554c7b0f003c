//! A scope: no task of it outlives it.

use crate::future::{InnerWaker, Key, Wakes};
use crate::lanes::{Lanes, waits_for};
use crate::slots::Slots;
use crate::stage::{Output, call_quietly};
use crate::sync::oneshot;
use crate::task::JoinError;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug, Formatter};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Runs `body`, and the tasks that it spawns in the scope that it is given,
/// until all of them have ended.
///
/// Such a task can borrow what lives outside of the scope. It is therefore not
/// handed to the executor: a scope can be forgotten, by
/// [`forget`](std::mem::forget), and the executor would go on to poll a task
/// that borrows what is gone. The scope's own future polls its tasks, each of
/// them only if it was woken; and a future that is forgotten is polled no more.
///
/// Dropped half-way, it drops `body` and then all tasks.
///
/// Its future is not [`Send`], so a task of a [`pool`](crate::pool) cannot await
/// it: await it in the future of the pool's `block_on`.
///
/// ```
/// use own_executor::task::scope;
///
/// let words = vec!["never", "early"];
/// let words = &words;
/// let letters = own_executor::block_on(scope(async |s| {
///     let first = s.spawn(async { words[0].len() });
///     let second = s.spawn(async { words[1].len() });
///     first.await.unwrap() + second.await.unwrap()
/// }));
/// assert_eq!(letters, 10);
/// ```
///
/// What a task borrows has to live outside of the scope:
///
/// ```compile_fail,E0597
/// # use own_executor::task::scope;
/// own_executor::block_on(scope(async |s| {
///     let word = String::from("gone");
///     let word = &word;
///     s.spawn(async move { word.len() });
/// }));
/// ```
///
/// # Panics
///
/// If `body` or a task panics: with what it has panicked with, once all others
/// are dropped.
pub async fn scope<'env, T>(body: impl AsyncFnOnce(Scope<'env>) -> T) -> T {
    let scope = Scope(Rc::new(Inner::new()));
    // Dropped after the body, whatever happens.
    let _end = End(scope.clone());
    let mut body = pin!(body(scope.clone()));
    let mut output = None;
    let body_waker = InnerWaker::new(&scope.0.wakes, BODY, 0);
    let waker = Waker::from(body_waker.clone());
    waker.wake_by_ref();
    let output = poll_fn(|context| {
        let inner = &scope.0;
        for key in inner.wakes.take(context) {
            if key != BODY {
                inner.poll(key);
            } else if output.is_none() {
                body_waker.unqueue();
                let polled =
                    body.as_mut().poll(&mut Context::from_waker(&waker));
                if let Poll::Ready(ready) = polled {
                    output = Some(ready);
                }
            }
        }
        match inner.alive.get() {
            0 => output.take().map_or(Poll::Pending, Poll::Ready),
            _ => {
                waits_for("its children");
                Poll::Pending
            }
        }
    });
    output.await
}

/// Where tasks are spawned that end with it (see [`scope`]). A task can have a
/// clone, and spawn others.
#[derive(Clone)]
pub struct Scope<'env>(Rc<Inner<'env>>);

struct Inner<'env> {
    /// A task is not there while it is polled.
    tasks: RefCell<Slots<Option<Task<'env>>>>,
    alive: Cell<usize>,
    wakes: Arc<Wakes>,
    is_closed: Cell<bool>,
    lanes: Lanes,
}

struct Task<'env> {
    future: Pin<Box<dyn Future<Output = ()> + 'env>>,
    waker: Arc<InnerWaker>,
}

/// The body's: no task has this place.
const BODY: Key = (u32::MAX, 0);

impl<'env> Scope<'env> {
    /// Lets a future run beside the others of the scope. If the scope is over,
    /// the future is dropped.
    #[track_caller]
    pub fn spawn<T: 'env>(
        &self,
        future: impl Future<Output = T> + 'env,
    ) -> ScopedHandle<'env, T> {
        let (sender, output) = oneshot::channel();
        let future = Box::pin(async move {
            // The handle may be dropped.
            let _ = sender.send(future.await);
        });
        let key = match self.0.is_closed.get() {
            true => BODY,
            false => self.0.insert(future, Location::caller()),
        };
        ScopedHandle { scope: self.clone(), key, output }
    }
}

/// What [`Scope::spawn`] gives back: awaiting it waits for the output. Dropping
/// it lets the task go on.
///
/// # Errors
///
/// If the task was aborted, or the scope was over when it was spawned. A task
/// that panics ends the scope, and with it the task that waits for this.
pub struct ScopedHandle<'env, T> {
    scope: Scope<'env>,
    key: Key,
    output: oneshot::Receiver<T>,
}

impl<T> ScopedHandle<'_, T> {
    /// Drops the task; one that runs, when it waits. To the scope it is no
    /// failure.
    pub fn abort(&self) {
        self.scope.0.abort(self.key);
    }
}

impl<T> Future for ScopedHandle<'_, T> {
    type Output = Output<T>;

    #[track_caller]
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Output<T>> {
        let output = Pin::new(&mut self.output).poll(context);
        output.map_err(|_| JoinError::cancelled())
    }
}

impl<'env> Inner<'env> {
    fn new() -> Inner<'env> {
        Inner {
            tasks: RefCell::default(),
            alive: Cell::new(0),
            wakes: Arc::default(),
            is_closed: Cell::new(false),
            lanes: Lanes::of("child"),
        }
    }

    fn insert(
        &self,
        future: Pin<Box<dyn Future<Output = ()> + 'env>>,
        line: &'static Location<'static>,
    ) -> Key {
        let mut tasks = self.tasks.borrow_mut();
        let key = tasks.insert(None);
        let lane = self.lanes.begin(key.0, Some(line));
        let waker = InnerWaker::new(&self.wakes, key, lane);
        let place = tasks.get_mut(key.0, key.1).expect("it was inserted");
        *place = Some(Task { future, waker: waker.clone() });
        drop(tasks);
        self.alive.set(self.alive.get() + 1);
        Waker::from(waker).wake();
        key
    }

    /// Polls a task that was woken, unless it has ended.
    fn poll(&self, key: Key) {
        let Some(mut task) = self.take(key) else { return };
        task.waker.unqueue();
        let waker = Waker::from(task.waker.clone());
        let mut context = Context::from_waker(&waker);
        let poll = || task.future.as_mut().poll(&mut context);
        self.lanes.runs(key.0);
        let polled = catch_unwind(AssertUnwindSafe(poll));
        self.lanes.stops(key.0, !matches!(polled, Ok(Poll::Pending)));
        match polled {
            Ok(Poll::Pending) => {
                let mut tasks = self.tasks.borrow_mut();
                if let Some(place) = tasks.get_mut(key.0, key.1) {
                    *place = Some(task);
                }
                // Otherwise it has aborted itself, and is dropped.
            }
            Ok(Poll::Ready(())) => {
                task.waker.end();
                self.remove(key);
            }
            Err(payload) => {
                // The others first.
                let _ = call_quietly(|| drop(task));
                let _ = call_quietly(|| self.close());
                resume_unwind(payload);
            }
        }
    }

    fn take(&self, (slot, generation): Key) -> Option<Task<'env>> {
        self.tasks.borrow_mut().get_mut(slot, generation)?.take()
    }

    /// Forgets a task that is not in its place.
    fn remove(&self, (slot, generation): Key) {
        if self.tasks.borrow_mut().remove(slot, generation).is_some() {
            self.alive.set(self.alive.get() - 1);
        }
    }

    fn abort(&self, key: Key) {
        let task = self.take(key);
        self.remove(key);
        // The scope may be over with it.
        self.wakes.wake(None);
        drop(task);
    }

    /// Drops all tasks. What they spawn meanwhile is dropped as well.
    fn close(&self) {
        self.is_closed.set(true);
        let mut panic = None;
        let places = self.tasks.borrow().places();
        for slot in 0..places {
            let found = self.tasks.borrow_mut().at_mut(slot).map(|it| it.0);
            let Some(generation) = found else { continue };
            let task = self.take((slot, generation));
            self.remove((slot, generation));
            let dropped = call_quietly(|| drop(task));
            panic = panic.or(dropped.err());
        }
        self.lanes.clear();
        if let Some(payload) = panic
            && !std::thread::panicking()
        {
            resume_unwind(payload);
        }
    }
}

impl Debug for Scope<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Scope");
        shown.field("tasks", &self.0.alive.get()).finish_non_exhaustive()
    }
}

impl<T> Debug for ScopedHandle<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedHandle").finish_non_exhaustive()
    }
}

/// Drops the scope's tasks with the future of the scope.
struct End<'env>(Scope<'env>);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.0.close();
    }
}
