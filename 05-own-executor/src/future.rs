//! Several futures at once, within one task.
//!
//! They take turns with one another only where they wait: while one of them
//! computes, the others do not run, as if they were one future. [`spawn`] makes
//! tasks instead, and a [`scope`](crate::task::scope()) polls what may borrow.
//!
//! Names and meaning are those of the crate `futures`, whose other combinators
//! and macros work here as well, `tokio`'s macros too. Here is no `select!`:
//! [`select`] is a function, and gives back the future that has not ended.
//!
//! # Cancel safety
//!
//! To drop a future is to cancel it, at the place where it waits. A `select` in
//! a loop does so in each round, with the loser that it does not keep. The
//! documentation of a function says what that costs: *cancel safe* is what
//! loses nothing.
//!
//! - Nothing is lost: `recv`, `accept`, a single `read` or `write`, `tick`,
//!   a `sleep` that is kept, a handle that is awaited by `&mut`.
//! - The place in a line is lost: `lock`, `acquire`, `reserve`, `notified`.
//! - A value is lost: `send`. Reserve room first, and send into that.
//! - Outputs that are there already are lost: `join`, `join_all`.
//! - Nobody knows how much was done: `read_exact`, `read_line`, `write_all`.
//!
//! [`spawn`]: crate::spawn

mod wakes;

pub(crate) use wakes::{InnerWaker, Key, Wakes};

// Some of these are for `wakes`, whose test has others.
use crate::lanes::is_ready;
use crate::sync::{lock, renew};
use pin_project_lite::pin_project;
use std::fmt::{self, Debug, Formatter};
use std::mem;
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Waits for both, and gives both outputs.
///
/// At each poll, `a` is polled first. Each is dropped once it has ended. If one
/// panics, so does this. It is not cancel safe: if one has ended when this is
/// dropped, its output is lost.
///
/// ```
/// use own_executor::future::join;
///
/// let both = join(async { 1 }, async { "one" });
/// assert_eq!(own_executor::block_on(both), (1, "one"));
/// ```
pub fn join<A: Future, B: Future>(a: A, b: B) -> Join<A, B> {
    Join { a: Some(a), b: Some(b), of_a: None, of_b: None }
}

pin_project! {
    /// What [`join`] gives back.
    ///
    /// # Panics
    ///
    /// If it is polled again after it was ready.
    #[must_use = "it does nothing unless it is awaited"]
    pub struct Join<A: Future, B: Future> {
        #[pin]
        a: Option<A>,
        #[pin]
        b: Option<B>,
        of_a: Option<A::Output>,
        of_b: Option<B::Output>,
    }
}

impl<A: Future, B: Future> Future for Join<A, B> {
    type Output = (A::Output, B::Output);

    #[track_caller]
    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        let this = self.project();
        let has_a = poll_to_end(this.a, this.of_a, context);
        let has_b = poll_to_end(this.b, this.of_b, context);
        if !(has_a && has_b) {
            return Poll::Pending;
        }
        let both = this.of_a.take().zip(this.of_b.take());
        Poll::Ready(both.expect("both have ended"))
    }
}

/// Polls a future, unless it has ended. Set if it has, and the output is there.
#[track_caller]
fn poll_to_end<F: Future>(
    mut future: Pin<&mut Option<F>>,
    output: &mut Option<F::Output>,
    context: &mut Context<'_>,
) -> bool {
    if let Some(running) = future.as_mut().as_pin_mut() {
        let Poll::Ready(ready) = running.poll(context) else { return false };
        *output = Some(ready);
        future.set(None);
    }
    assert!(output.is_some(), "a `Join` was polled after it was ready");
    true
}

/// Waits for the first of two. Gives its output, and the other future, which
/// has not ended.
///
/// At each poll, `a` is polled first, and if it is ready, `b` is not polled. So
/// an `a` that is ready in each round of a loop leaves no turn to `b`. If one
/// panics, so does this. It is cancel safe if both are.
///
/// Both have to be [`Unpin`], since one comes back: use
/// [`pin!`](std::pin::pin), or [`Box::pin`].
///
/// ```
/// use own_executor::future::{Either, select};
/// use own_executor::time::sleep;
/// use std::pin::pin;
/// use std::time::Duration;
///
/// own_executor::block_on(async {
///     let mut slow = sleep(Duration::from_secs(3600));
///     let fast = pin!(async { 1 });
///     match select(&mut slow, fast).await {
///         Either::Left(((), _fast)) => panic!("an hour is longer"),
///         Either::Right((one, _slow)) => assert_eq!(one, 1),
///     }
///     // It was only borrowed, and still waits.
///     assert!(!slow.is_elapsed());
/// });
/// ```
///
/// Make a `sleep` outside of a loop. Made in each round, beside something that
/// is ready earlier, it begins anew each time, and never ends.
pub fn select<A, B>(a: A, b: B) -> Select<A, B>
where
    A: Future + Unpin,
    B: Future + Unpin,
{
    Select { both: Some((a, b)) }
}

/// What [`select`] gives back.
///
/// # Panics
///
/// If it is polled again after it was ready.
#[derive(Debug)]
#[must_use = "it does nothing unless it is awaited"]
pub struct Select<A, B> {
    both: Option<(A, B)>,
}

impl<A, B> Future for Select<A, B>
where
    A: Future + Unpin,
    B: Future + Unpin,
{
    type Output = Either<(A::Output, B), (B::Output, A)>;

    #[track_caller]
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        let both = self.both.take();
        let (mut a, mut b) =
            both.expect("a `Select` was polled after it was ready");
        if let Poll::Ready(output) = Pin::new(&mut a).poll(context) {
            return Poll::Ready(Either::Left((output, b)));
        }
        if let Poll::Ready(output) = Pin::new(&mut b).poll(context) {
            return Poll::Ready(Either::Right((output, a)));
        }
        self.both = Some((a, b));
        Poll::Pending
    }
}

/// One of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first.
    Left(A),
    /// The second.
    Right(B),
}

impl<T> Either<T, T> {
    /// What is inside, whichever it is.
    pub fn into_inner(self) -> T {
        match self {
            Either::Left(inner) | Either::Right(inner) => inner,
        }
    }
}

impl<T, A, B> Either<(T, A), (T, B)> {
    /// Takes out what is first in both: of a [`select`] between futures with
    /// outputs of one type, that output.
    pub fn factor_first(self) -> (T, Either<A, B>) {
        match self {
            Either::Left((first, a)) => (first, Either::Left(a)),
            Either::Right((first, b)) => (first, Either::Right(b)),
        }
    }
}

/// Waits for all, and gives their outputs in the order of the futures.
///
/// Each is polled once, in order, and from then on only if it was woken. Each
/// is dropped once it has ended. If one panics, so does this. If there are
/// none, it is ready at once. It is not cancel safe: the outputs of those that
/// have ended when this is dropped are lost.
///
/// ```
/// use own_executor::future::join_all;
///
/// let squares = join_all((1..=3).map(|n| async move { n * n }));
/// assert_eq!(own_executor::block_on(squares), [1, 4, 9]);
/// ```
pub fn join_all<I>(futures: I) -> JoinAll<I::Item>
where
    I: IntoIterator,
    I::Item: Future,
{
    let wakes = Arc::default();
    let children = futures.into_iter().zip(0..);
    let children: Vec<_> = children
        .map(|(future, place)| {
            let waker = InnerWaker::new(&wakes, (place, 0), 0);
            waker.wake_by_ref();
            Child { waker, state: State::Runs(Box::pin(future)) }
        })
        .collect();
    JoinAll { running: children.len(), children, wakes }
}

/// What [`join_all`] gives back.
#[must_use = "it does nothing unless it is awaited"]
pub struct JoinAll<F: Future> {
    children: Vec<Child<F>>,
    /// How many have not ended.
    running: usize,
    wakes: Arc<Wakes>,
}

struct Child<F: Future> {
    waker: Arc<InnerWaker>,
    state: State<F>,
}

enum State<F: Future> {
    Runs(Pin<Box<F>>),
    Ended(F::Output),
}

/// It can be moved while it is polled: its futures are in boxes.
impl<F: Future> Unpin for JoinAll<F> {}

impl<F: Future> Future for JoinAll<F> {
    type Output = Vec<F::Output>;

    #[track_caller]
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Vec<F::Output>> {
        for (place, _) in self.wakes.take(context) {
            let child = &mut self.children[place as usize];
            child.waker.unqueue();
            // It may be woken after its end.
            let State::Runs(future) = &mut child.state else { continue };
            let waker = Waker::from(child.waker.clone());
            let mut context = Context::from_waker(&waker);
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                child.state = State::Ended(output);
                self.running -= 1;
            }
        }
        if self.running > 0 {
            return Poll::Pending;
        }
        let ended = mem::take(&mut self.children).into_iter();
        Poll::Ready(
            ended
                .filter_map(|child| match child.state {
                    State::Ended(output) => Some(output),
                    State::Runs(_) => None,
                })
                .collect(),
        )
    }
}

impl<A: Future, B: Future> Debug for Join<A, B> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join").finish_non_exhaustive()
    }
}

impl<F: Future> Debug for JoinAll<F> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinAll").field("running", &self.running).finish()
    }
}
