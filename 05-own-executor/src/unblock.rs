//! Work that blocks, on threads of its own.

use crate::stage::call_quietly;
use crate::sync::{lock, oneshot};
use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::Duration;

/// Runs `work` on a thread that may block, and gives back its result. It begins
/// now, whether this is awaited or not.
///
/// There are up to 500 such threads, in which the work of the whole process is
/// done in its order. A thread that has had nothing to do for five seconds
/// ends. The work may call `block_on`, but not `spawn` without it.
///
/// Dropping the future drops the work, if that has not begun. Otherwise it runs
/// to its end, and the result is dropped. A process that ends waits for
/// neither.
///
/// ```
/// let name = std::env::temp_dir();
/// let there = own_executor::block_on(async {
///     own_executor::unblock(move || name.exists()).await
/// });
/// assert!(there);
/// ```
///
/// # Panics
///
/// If there are no such threads, and the system gives none. When it is awaited:
/// with what `work` panics with; and if it is polled again after it was ready.
#[track_caller]
pub fn unblock<T, F>(work: F) -> Unblock<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let work = move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        // Nothing may wait for it any more.
        let _ = call_quietly(|| drop(sender.send(result)));
    };
    match POOL.begin(Box::new(work)) {
        Ok(number) => Unblock { number, receiver },
        Err(why) => panic!("`unblock` has no thread, and gets none: {why}"),
    }
}

/// What [`unblock`] gives back.
#[must_use = "dropping it drops work that has not begun"]
pub struct Unblock<T> {
    number: u64,
    receiver: oneshot::Receiver<thread::Result<T>>,
}

impl<T> Future for Unblock<T> {
    type Output = T;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let result = ready!(Pin::new(&mut self.receiver).poll(context));
        let result = result.expect("work that is waited for is not dropped");
        Poll::Ready(result.unwrap_or_else(|payload| resume_unwind(payload)))
    }
}

impl<T> Drop for Unblock<T> {
    fn drop(&mut self) {
        let work = lock(&POOL.state).queue.remove(&self.number);
        drop(work);
    }
}

impl<T> Debug for Unblock<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unblock").finish_non_exhaustive()
    }
}

type Work = Box<dyn FnOnce() + Send>;

/// The threads, and the work that waits for one.
struct Pool {
    state: Mutex<State>,
    more: Condvar,
}

struct State {
    queue: BTreeMap<u64, Work>,
    next: u64,
    threads: usize,
    /// How many of them have nothing to do, or have been told that there is
    /// something, and have not taken it yet.
    idle: usize,
}

static POOL: Pool = Pool {
    state: Mutex::new(State {
        queue: BTreeMap::new(),
        next: 0,
        threads: 0,
        idle: 0,
    }),
    more: Condvar::new(),
};

const MOST_THREADS: usize = 500;
const KEPT: Duration = Duration::from_secs(5);

impl Pool {
    /// Gives back the number under which the work waits.
    fn begin(&'static self, work: Work) -> io::Result<u64> {
        let mut state = lock(&self.state);
        let number = state.next;
        state.next += 1;
        state.queue.insert(number, work);
        // Each idle thread takes one from the queue. If there are more waiting
        // than that, this one would wait for work that may never end.
        if state.queue.len() <= state.idle || state.threads == MOST_THREADS {
            self.more.notify_one();
            return Ok(number);
        }
        state.threads += 1;
        drop(state);
        let thread = thread::Builder::new().name("unblock".into());
        let Err(why) = thread.spawn(|| self.run()) else { return Ok(number) };
        let mut state = lock(&self.state);
        state.threads -= 1;
        // Another thread will take it.
        if state.threads > 0 {
            return Ok(number);
        }
        let work = state.queue.remove(&number);
        drop(state);
        drop(work);
        Err(why)
    }

    /// What each thread does.
    fn run(&self) {
        let mut state = lock(&self.state);
        loop {
            while let Some((_, work)) = state.queue.pop_first() {
                drop(state);
                work();
                state = lock(&self.state);
            }
            state.idle += 1;
            let is_empty = |state: &mut State| state.queue.is_empty();
            let waited = self.more.wait_timeout_while(state, KEPT, is_empty);
            let result;
            (state, result) = waited.unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
            if result.timed_out() && state.queue.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }
}
