//! Tasks, and the handles that wait for their end.

#![expect(unsafe_code, reason = "an output is carried home")]

pub use crate::executor::spawn;
pub use crate::scope::{Scope, ScopedHandle, scope};

use crate::budget;
use crate::executor::{Executor, with_here};
use crate::lanes::waits_for;
use crate::mail::{self, Letter};
use crate::number::Number;
use crate::pool::Pooled;
use crate::stage::{Output, Task};
use crate::sync::oneshot;
use std::any::Any;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};

/// What [`spawn`] gives back: awaiting it waits for the end of the task.
///
/// ```
/// use own_executor::{block_on, spawn};
/// use std::future::pending;
///
/// block_on(async {
///     assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
///
///     let panics = spawn(async { panic!("oh") });
///     assert!(panics.await.unwrap_err().is_panic());
///
///     let endless = spawn(pending::<()>());
///     let abort = endless.abort_handle();
///     abort.abort();
///     assert!(endless.await.unwrap_err().is_cancelled());
///     assert!(abort.is_finished());
/// });
/// ```
///
/// The task's future is dropped before this is ready. Dropping the handle lets
/// the task go on by itself. It is cancel safe: awaited by `&mut`, it can be
/// awaited again.
///
/// It can be awaited on another thread, if the output can be sent there:
///
/// ```compile_fail,E0277
/// own_executor::block_on(async {
///     let task = own_executor::spawn(async { std::rc::Rc::new(()) });
///     std::thread::spawn(move || own_executor::block_on(task));
/// });
/// ```
///
/// # Errors
///
/// If the task has panicked, or was aborted, or `block_on` has returned before
/// its end. On another thread also if `block_on` has returned before this was
/// awaited.
///
/// # Panics
///
/// If it is polled again after it was ready.
#[must_use = "dropping it lets the task go on by itself: `drop` says so"]
pub struct JoinHandle<T> {
    task: Home,
    waits: Waits<T>,
}

/// How a handle waits for the output.
enum Waits<T> {
    /// It asks the executor, which is that of its thread.
    AtHome,
    /// It was polled on another thread: a task at home waits, and sends this.
    Away(oneshot::Receiver<Output<T>>),
    /// It was ready.
    No,
}

impl<T> JoinHandle<T> {
    pub(crate) fn new(number: Number, serial: u64) -> JoinHandle<T> {
        let thread = OnThread { number, serial, heard: OnceLock::new() };
        JoinHandle { task: Home::Thread(thread), waits: Waits::AtHome }
    }

    pub(crate) fn of_pool(task: Arc<Pooled>) -> JoinHandle<T> {
        JoinHandle { task: Home::Pool(task), waits: Waits::AtHome }
    }

    /// Has the task dropped, at the place where it waits. One that runs, and
    /// comes to its end without waiting, is not touched.
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Something that can abort the task, and does not wait for it.
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle { task: self.task.clone() }
    }

    /// Set if the task has ended, and its future is dropped.
    ///
    /// On another thread than the task's, the first call asks, and later ones
    /// say what has been heard since.
    pub fn is_finished(&self) -> bool {
        self.task.has_ended()
    }
}

impl<T: 'static> JoinHandle<T> {
    /// Has a task at home wait instead of this handle, and send the output.
    fn ask_home(&self) -> oneshot::Receiver<Output<T>> {
        let (sender, receiver) = oneshot::channel();
        let task = self.task.clone();
        let at_home = JoinHandle::<T> { task, waits: Waits::AtHome };
        let waits = FromElsewhere(async move {
            // The handle elsewhere may be dropped.
            let _ = sender.send(at_home.await);
        });
        let call = move || drop(spawn(waits.into_inner()));
        // If there is no `block_on` any more, the sender is dropped with it.
        drop(self.task.write(Letter::Call(Box::new(call))));
        receiver
    }
}

impl<T: 'static> Future for JoinHandle<T> {
    type Output = Output<T>;

    #[track_caller]
    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Output<T>> {
        let spent = ready!(budget::spend(context));
        let this = self.get_mut();
        if let Waits::AtHome = this.waits {
            match this.task.join(context) {
                Some(Poll::Pending) => {
                    waits_for("the end of a task");
                    return Poll::Pending;
                }
                Some(Poll::Ready(output)) => {
                    this.waits = Waits::No;
                    spent.made_progress();
                    return Poll::Ready(output);
                }
                None => this.waits = Waits::Away(this.ask_home()),
            }
        }
        let Waits::Away(receiver) = &mut this.waits else {
            panic!("a `JoinHandle` was polled after it was ready");
        };
        let received = ready!(Pin::new(receiver).poll(context));
        this.waits = Waits::No;
        spent.made_progress();
        let cancelled = |_| Err(JoinError::cancelled());
        Poll::Ready(received.unwrap_or_else(cancelled))
    }
}

/// It can be moved while it is polled: it points to nothing.
impl<T> Unpin for JoinHandle<T> {}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if let Waits::AtHome = self.waits {
            self.task.detach();
        }
    }
}

impl<T> Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// Aborts a task, from any thread.
#[derive(Clone)]
pub struct AbortHandle {
    task: Home,
}

impl AbortHandle {
    /// As [`JoinHandle::abort`].
    pub fn abort(&self) {
        self.task.abort();
    }

    /// As [`JoinHandle::is_finished`].
    pub fn is_finished(&self) -> bool {
        self.task.has_ended()
    }
}

impl Debug for AbortHandle {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").finish_non_exhaustive()
    }
}

/// A task, where it lives.
#[derive(Clone)]
enum Home {
    Thread(OnThread),
    /// It can be reached from everywhere.
    Pool(Arc<Pooled>),
}

impl Home {
    fn abort(&self) {
        match self {
            Home::Thread(task) => task.abort(),
            Home::Pool(task) => task.abort(),
        }
    }

    fn detach(&self) {
        match self {
            Home::Thread(task) => task.detach(),
            Home::Pool(task) => task.detach(),
        }
    }

    fn has_ended(&self) -> bool {
        match self {
            Home::Thread(task) => task.has_ended(),
            Home::Pool(task) => task.has_ended(),
        }
    }

    /// The output, once it is there; `None` if it is not to be had from this
    /// thread.
    fn join<T>(&self, context: &Context<'_>) -> Option<Poll<Output<T>>>
    where
        T: 'static,
    {
        match self {
            Home::Thread(task) => {
                let join = |here: &Executor, it| here.join(it, context);
                Some(task.with(join)?.map(output_of))
            }
            Home::Pool(task) => Some(task.join(context).map(output_of)),
        }
    }

    fn write(&self, letter: Letter) -> Result<(), Letter> {
        match self {
            Home::Thread(task) => task.write(letter),
            Home::Pool(_) => Err(letter),
        }
    }
}

/// The output of a task that has ended.
fn output_of<T: 'static>(mut task: Pin<Box<impl Task + ?Sized>>) -> Output<T> {
    let mut output: Option<Output<T>> = None;
    task.as_mut().take_output(&mut output);
    output.expect("it has ended")
}

/// A task, and the executor where it lives, which is that of a thread.
#[derive(Clone)]
struct OnThread {
    number: Number,
    serial: u64,
    /// What other threads have heard of its end, if they have asked.
    heard: OnceLock<Arc<AtomicBool>>,
}

impl OnThread {
    /// Calls `f` with the executor, if that is the one of this thread.
    fn with<T>(&self, f: impl FnOnce(&Executor, Number) -> T) -> Option<T> {
        with_here(|here| {
            let is_home = here.inbox().serial == self.serial;
            is_home.then(|| f(here, self.number))
        })
        .flatten()
    }

    /// Writes to the executor on its own thread.
    fn write(&self, letter: Letter) -> Result<(), Letter> {
        mail::send(self.number.executor(), self.serial, letter)
    }

    fn abort(&self) {
        if self.with(Executor::abort).is_none() {
            let _ = self.write(Letter::Abort(self.number));
        }
    }

    fn detach(&self) {
        if self.with(Executor::detach).is_none() {
            let _ = self.write(Letter::Detach(self.number));
        }
    }

    fn has_ended(&self) -> bool {
        if let Some(has_ended) = self.with(Executor::has_ended) {
            return has_ended;
        }
        let heard = self.heard.get_or_init(|| {
            let heard = Arc::new(AtomicBool::new(false));
            let ask = Letter::Tell(self.number, heard.clone());
            // No `block_on` runs there any more: no task is alive.
            heard.store(self.write(ask).is_err(), Ordering::Relaxed);
            heard
        });
        heard.load(Ordering::Acquire)
    }
}

/// Something that is carried home, to the thread that it comes from.
struct FromElsewhere<F>(F);

// SAFETY: it holds an output of type `T`, or will. The handle with which it is
// made is on another thread than its task. So the handle has been sent there,
// which its type allows only if `T` can be sent.
unsafe impl<F> Send for FromElsewhere<F> {}

impl<F> FromElsewhere<F> {
    fn into_inner(self) -> F {
        self.0
    }
}

/// Why a task has no output.
pub struct JoinError(Why);

enum Why {
    Cancelled,
    /// A mutex makes it `Sync`, whatever the payload is.
    Panicked(Mutex<Box<dyn Any + Send>>),
}

impl JoinError {
    pub(crate) fn cancelled() -> JoinError {
        JoinError(Why::Cancelled)
    }

    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> JoinError {
        JoinError(Why::Panicked(Mutex::new(payload)))
    }

    /// Set if the task was aborted, or dropped at the end of `block_on`.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0, Why::Cancelled)
    }

    /// Set if the task has panicked, or one of its destructors.
    pub fn is_panic(&self) -> bool {
        matches!(self.0, Why::Panicked(_))
    }

    /// What the task has panicked with, for
    /// [`resume_unwind`](std::panic::resume_unwind).
    ///
    /// # Panics
    ///
    /// If the task has not panicked.
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        let payload = self.try_into_panic();
        payload.expect("`into_panic` needs an error that `is_panic`")
    }

    /// What the task has panicked with.
    ///
    /// # Errors
    ///
    /// This error, if the task has not panicked.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send>, JoinError> {
        match self.0 {
            Why::Panicked(payload) => {
                let payload = payload.into_inner();
                Ok(payload.unwrap_or_else(PoisonError::into_inner))
            }
            Why::Cancelled => Err(self),
        }
    }
}

impl Debug for JoinError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Why::Cancelled => f.write_str("JoinError::Cancelled"),
            Why::Panicked(_) => f.write_str("JoinError::Panic(..)"),
        }
    }
}

impl Display for JoinError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Why::Panicked(payload) = &self.0 else {
            return f.write_str("the task was cancelled");
        };
        let payload = payload.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<String>().map(String::as_str);
        match text.or_else(|| payload.downcast_ref::<&str>().copied()) {
            Some(text) => write!(f, "the task has panicked: {text}"),
            None => f.write_str("the task has panicked"),
        }
    }
}

impl Error for JoinError {}

impl From<JoinError> for io::Error {
    fn from(why: JoinError) -> io::Error {
        io::Error::other(why)
    }
}

/// Lets all tasks that are ready run, and has the executor look at sockets and
/// timers, before this one goes on. A task that these wake is ready by then,
/// and runs after this one.
///
/// The future of `block_on` waits for 64 polls at most. A worker of a pool
/// looks at sockets and timers once in 64 polls.
///
/// ```
/// use own_executor::task::yield_now;
/// use own_executor::{block_on, spawn};
///
/// block_on(async {
///     let task = spawn(async {});
///     assert!(!task.is_finished());
///     yield_now().await;
///     assert!(task.is_finished());
/// });
/// ```
pub async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        with_here(|here| here.note_yield());
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
