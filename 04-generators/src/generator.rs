//! A generator without a stack of its own: an `async` block, driven by hand.

use crate::Resumed;
use crate::kept::{keeps, pauses_here};
use std::cell::Cell;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A function that pauses, and goes on where it was.
///
/// The compiler has made an enum of its body: a variant for each pause, which
/// holds what is needed after it. Nothing wakes it: it runs while it is being
/// resumed, and only then. Only its own body can pause, and what its body
/// awaits: hence each function on the way has to be `async`.
///
/// ```
/// use generators::{Generator, Resumed, AsyncYielder};
///
/// type Yielder = AsyncYielder<u32, u32>;
///
/// let mut sums = Generator::new(|first: u32, y: Yielder| async move {
///     let second = y.suspend(first).await;
///     let third = y.suspend(first + second).await;
///     first + second + third
/// });
/// assert_eq!(sums.resume(1), Resumed::Yielded(1));
/// assert_eq!(sums.resume(2), Resumed::Yielded(3));
/// assert_eq!(sums.resume(3), Resumed::Returned(6));
/// assert!(sums.is_finished());
/// ```
///
/// The first input is the argument of the closure, so there is no way to send
/// one that no pause waits for. It cannot be resumed while it runs, since that
/// takes a `&mut`:
///
/// ```compile_fail,E0382
/// use generators::{Generator, AsyncYielder};
///
/// let mut one = Generator::new(|(), _: AsyncYielder<(), ()>| async {});
/// type Yielder = AsyncYielder<(), ()>;
/// let mut other = Generator::new(move |(), _: Yielder| async move {
///     one.resume(());
/// });
/// one.resume(());
/// ```
///
/// Dropped before its end, it drops what it holds, the innermost call first. If
/// it has not begun, that is the closure, which never runs. A destructor cannot
/// pause meanwhile, since it is not `async`.
pub struct Generator<In, Out, Ret> {
    body: Body<In, Ret>,
    mail: Rc<Mail<In, Out>>,
    size: usize,
}

enum Body<In, Ret> {
    Fresh(Box<dyn FnOnce(In) -> Paused<Ret>>),
    Paused(Paused<Ret>),
    Finished,
}

/// It may hold references into itself, and is therefore never moved.
type Paused<Ret> = Pin<Box<dyn Future<Output = Ret>>>;

/// What crosses a pause. It has room for one value each way.
struct Mail<In, Out> {
    input: Cell<Option<In>>,
    out: Cell<Option<Out>>,
}

impl<In: 'static, Out: 'static, Ret> Generator<In, Out, Ret> {
    /// A generator that has not begun.
    pub fn new<F: Future<Output = Ret> + 'static>(
        body: impl FnOnce(In, AsyncYielder<In, Out>) -> F + 'static,
    ) -> Generator<In, Out, Ret> {
        let mail =
            Rc::new(Mail { input: Cell::new(None), out: Cell::new(None) });
        let y = AsyncYielder(mail.clone());
        let start = |input| -> Paused<Ret> { Box::pin(body(input, y)) };
        let body = Body::Fresh(Box::new(start));
        Generator { body, mail, size: size_of::<F>() }
    }

    /// Lets it run until it pauses again, or ends. If it panics, so does this,
    /// and it has come to its end.
    ///
    /// # Panics
    ///
    /// If it has come to its end before, or awaits a future that is not made of
    /// [`suspend`](AsyncYielder::suspend)s: nothing would ever wake that.
    #[track_caller]
    pub fn resume(&mut self, input: In) -> Resumed<Out, Ret> {
        let mut future = match mem::replace(&mut self.body, Body::Finished) {
            Body::Fresh(start) => start(input),
            Body::Paused(future) => {
                self.mail.input.set(Some(input));
                future
            }
            Body::Finished => panic!(
                "this generator has come to its end, and cannot be resumed"
            ),
        };
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(ret) => Resumed::Returned(ret),
            Poll::Pending => {
                let Some(out) = self.mail.out.take() else {
                    panic!(
                        "a generator has paused without `suspend`: it awaits a \
                         future which nothing here can wake"
                    );
                };
                self.body = Body::Paused(future);
                keeps(|| crate::Paused::Future { bytes: self.size });
                Resumed::Yielded(out)
            }
        }
    }

    /// Set if it has come to its end, and cannot be resumed any more.
    pub fn is_finished(&self) -> bool {
        matches!(self.body, Body::Finished)
    }

    /// How many bytes the compiler's enum has: as many as its largest pause
    /// needs.
    pub fn size(&self) -> usize {
        self.size
    }
}

/// With this the body of a [`Generator`] pauses, and the functions it awaits.
pub struct AsyncYielder<In, Out>(Rc<Mail<In, Out>>);

impl<In, Out> AsyncYielder<In, Out> {
    /// Hands out a value, and pauses until the generator is resumed. Await it
    /// before the next one is made: a generator is at one place at a time.
    ///
    /// # Panics
    ///
    /// While it is awaited, if the generator is about to pause at another place
    /// already.
    pub fn suspend(&self, out: Out) -> impl Future<Output = In> {
        Suspend { mail: &self.0, out: Some(out) }
    }
}

/// A pause of a [`Generator`]: where the calls of `poll` end.
struct Suspend<'a, In, Out> {
    mail: &'a Mail<In, Out>,
    out: Option<Out>,
}

/// Nothing refers to what is in it.
impl<In, Out> Unpin for Suspend<'_, In, Out> {}

impl<In, Out> Future for Suspend<'_, In, Out> {
    type Output = In;

    /// The line that calls this is that of the `.await`.
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<In> {
        match self.out.take() {
            // The first poll: the way out.
            Some(out) => {
                pauses_here();
                let other = self.mail.out.replace(Some(out));
                assert!(other.is_none(), "a generator pauses at two places");
                Poll::Pending
            }
            // The second: the way back in.
            None => self.mail.input.take().map_or(Poll::Pending, Poll::Ready),
        }
    }
}

impl<In, Out> Clone for AsyncYielder<In, Out> {
    fn clone(&self) -> AsyncYielder<In, Out> {
        AsyncYielder(self.0.clone())
    }
}
