//! A function with a stack of its own, which can pause anywhere.

#![expect(unsafe_code, reason = "values cross from one stack to the other")]

mod yielder;
mod link;
mod switch;
mod stack;
mod pool;
mod overflow;
mod valgrind;

pub use yielder::Yielder;

use crate::Resumed;
use crate::kept::{Paused, keeps};
use link::{Link, RUNNING, Sent};
use stack::Stack;
use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::mem::ManuallyDrop;
use std::panic::resume_unwind;
use std::ptr;
use std::rc::Rc;
use std::thread;
use switch::{Slot, message_of};
use yielder::{Body, First, Unwind, base};

/// A function with a stack of its own. It can pause anywhere, also within what
/// it calls, and those in between need not know of it.
///
/// ```
/// use generators::{Greenlet, Resumed, Yielder};
///
/// fn ask(y: &Yielder<u32, &'static str>) -> u32 {
///     y.suspend("how many?")
/// }
///
/// let mut greenlet = Greenlet::new("adds", |first, y| first + ask(y))?;
/// assert_eq!(greenlet.resume(1), Resumed::Yielded("how many?"));
/// assert_eq!(greenlet.resume(2), Resumed::Returned(3));
/// # std::io::Result::Ok(())
/// ```
///
/// **Cancelled** is dropped. A greenlet that has not begun never runs then. One
/// that has paused is unwound: [`suspend`](Yielder::suspend) panics, without a
/// message, and the destructors of all that is on its stack run, in it. If it
/// catches that and pauses again, it is unwound again; after 100 times, the
/// drop says that it does not end, and leaks its stack. If a destructor panics,
/// the drop does, unless the thread is panicking already. Where a panic aborts
/// (`panic = "abort"`), there is no unwinding: the drop says so and leaks.
///
/// **A panic** inside reaches what has resumed it, and ends the greenlet.
///
/// # Limits
///
/// - It lives on one thread, and while it runs, no other greenlet of that
///   thread does: one that blocks stops all.
/// - Its stack has a fixed size. If it is too small, a sentence says so and the
///   process ends; on a thread that std has not made, without the sentence. A
///   backtrace takes 20 KiB.
/// - What is paused takes at least 4 KiB, one page, and its share of the
///   kernel's tables. A thread keeps up to 1,000 stacks for its next greenlets.
/// - Before Linux 6.13, a process has room for 32,750 of them: each stack and
///   each guard is an entry in a list of at most 65,530 (`vm.max_map_count`).
/// - It does not run where the processor keeps a second stack of return
///   addresses to compare with (shadow stacks).
/// - A borrow of a `RefCell` and the guard of a lock are held over a pause, and
///   what runs meanwhile finds it borrowed, or waits for ever.
/// - If it is forgotten, or kept alive by an `Rc` on its own stack, it is not
///   unwound, and its stack is leaked.
/// - A reference to a thread-local may not be held over a pause if the greenlet
///   itself is kept in a thread-local. The thread drops one after the other at
///   its end, so that the greenlet would unwind with a reference to what is
///   gone. Types cannot tell.
///
/// # What types refuse
///
/// To be sent to another thread:
///
/// ```compile_fail,E0277
/// # use generators::{Greenlet, Yielder};
/// let mut greenlet = Greenlet::new("sent", |(), _: &Yielder<(), ()>| ())?;
/// std::thread::spawn(move || greenlet.resume(()));
/// # std::io::Result::Ok(())
/// ```
///
/// To be paused by another thread:
///
/// ```compile_fail,E0277
/// # use generators::{Greenlet, Yielder};
/// Greenlet::new("shared", |(), y: &Yielder<(), ()>| {
///     std::thread::scope(|scope| {
///         scope.spawn(|| y.suspend(()));
///     });
/// })?;
/// # std::io::Result::Ok(())
/// ```
///
/// To borrow from where it was made, which may be gone when it is resumed:
///
/// ```compile_fail,E0373
/// # use generators::{Greenlet, Yielder};
/// let local = String::new();
/// Greenlet::new("borrows", |(), _: &Yielder<(), ()>| local.len())?;
/// # std::io::Result::Ok(())
/// ```
///
/// To let out what pauses it:
///
/// ```compile_fail
/// # use generators::{Greenlet, Yielder};
/// let mut greenlet = Greenlet::new("lets out", |(), y: &Yielder<(), ()>| y)?;
/// greenlet.resume(());
/// # std::io::Result::Ok(())
/// ```
///
/// To be resumed while it runs, since what has resumed it has borrowed it:
///
/// ```compile_fail,E0499
/// # use generators::{Greenlet, Yielder};
/// let mut greenlet = Greenlet::new("twice", |n, _: &Yielder<u8, ()>| n)?;
/// let (one, two) = (&mut greenlet, &mut greenlet);
/// one.resume(1);
/// two.resume(2);
/// # std::io::Result::Ok(())
/// ```
pub struct Greenlet<In: 'static, Out: 'static, Ret: 'static> {
    /// What it is to do; `None` once it has begun.
    body: Option<Body<In, Out, Ret>>,
    /// `None` once it has ended: others have it then.
    stack: Option<Stack>,
    /// What is on the stack knows its address. So it stays where it is, also
    /// if the greenlet moves.
    link: Rc<Link>,
}

impl<In, Out, Ret> Greenlet<In, Out, Ret> {
    const STACK_SIZE: usize = 64 << 10;

    /// How often one that is dropped is unwound, if it does not end.
    const MOST_UNWINDS: usize = 100;

    /// A greenlet that calls `body` when it is resumed, on a stack of 64 KiB.
    /// Messages call it by its name.
    ///
    /// # Errors
    ///
    /// As [`with_stack_size`](Greenlet::with_stack_size).
    pub fn new<F>(
        name: impl Into<Cow<'static, str>>,
        body: F,
    ) -> io::Result<Greenlet<In, Out, Ret>>
    where
        F: FnOnce(In, &Yielder<In, Out>) -> Ret + 'static,
    {
        Greenlet::with_stack_size(name, Self::STACK_SIZE, body)
    }

    /// A greenlet with a stack of at least `size` bytes.
    ///
    /// # Errors
    ///
    /// The kernel has no memory for a stack, or there are as many stacks as it
    /// allows.
    pub fn with_stack_size<F>(
        name: impl Into<Cow<'static, str>>,
        size: usize,
        body: F,
    ) -> io::Result<Greenlet<In, Out, Ret>>
    where
        F: FnOnce(In, &Yielder<In, Out>) -> Ret + 'static,
    {
        overflow::install_handler();
        let stack = pool::take(size)?;
        // SAFETY: the top is the end of a page, and nothing uses the stack. It
        // is put back or freed only when all that is on it is gone.
        let slot = unsafe { Slot::new(stack.top(), base::<In, Out, Ret>) };
        let types = [TypeId::of::<In>(), TypeId::of::<Out>()];
        let link = Rc::new(Link::new(name.into(), types, slot, &stack));
        Ok(Greenlet { body: Some(Box::new(body)), stack: Some(stack), link })
    }

    /// Its pauses keep the processor's floating-point control words, too: how
    /// it rounds, say. That more than doubles what a pause costs.
    ///
    /// Rust code must leave these as every program begins with them, so there
    /// is nothing to keep. C code may change them, and call Rust code that
    /// pauses.
    ///
    /// # Panics
    ///
    /// Panics if it has begun: its stack may hold a pause that has not kept
    /// them.
    #[must_use]
    pub fn keeping_control_words(self) -> Self {
        let is_new = self.body.is_some();
        assert!(is_new, "greenlet `{}` has begun already", self.name());
        self.link.slot.keep_control_words();
        self
    }

    /// Lets it run until it pauses or ends. The first `input` is the argument
    /// of its closure, each later one what [`suspend`](Yielder::suspend)
    /// returns.
    ///
    /// # Panics
    ///
    /// Panics with what the greenlet panics with, which then has ended. Panics
    /// if it had ended before.
    #[inline(always)]
    pub fn resume(&mut self, input: In) -> Resumed<Out, Ret> {
        let sent = if self.is_paused() {
            let input = ManuallyDrop::new(input);
            // SAFETY: it has paused in `suspend`, which takes an `In`.
            unsafe { self.switch(message_of(&input)) }
        } else {
            self.begin(input)
        };
        match sent {
            Ok(Resumed::Yielded(out)) => Resumed::Yielded(out),
            ended => {
                self.put_back();
                ended.unwrap_or_else(|payload| resume_unwind(payload))
            }
        }
    }

    /// Resumes it for the first time.
    #[cold]
    fn begin(&mut self, input: In) -> thread::Result<Resumed<Out, Ret>> {
        let Some(body) = self.body.take() else {
            panic!("greenlet `{}` was resumed after its end", self.name());
        };
        let link = Rc::as_ptr(&self.link);
        let first = ManuallyDrop::new(First { body, input, link });
        // SAFETY: it begins with `base`, which takes a `First`.
        unsafe { self.switch(message_of(&first)) }
    }

    /// Lets it run until it sends something. The error is what it has panicked
    /// with.
    ///
    /// # Safety
    ///
    /// It has not ended, and takes what the message is.
    #[inline(always)]
    unsafe fn switch(
        &mut self,
        message: *mut (),
    ) -> thread::Result<Resumed<Out, Ret>> {
        let link = &*self.link;
        link.panicking.set(thread::panicking());
        let before = RUNNING.replace(link);
        // SAFETY: it has not ended, and as it is not `Send`, this is its
        // thread.
        let reply = unsafe { link.slot.switch(message) };
        RUNNING.set(before);
        match link.sent.get() {
            Sent::Yielded => {
                // SAFETY: an `Out` was sent. Nothing has run since, and the
                // sender does not touch it any more. So also below.
                let out = unsafe { reply.cast::<Out>().read() };
                Ok(Resumed::Yielded(out))
            }
            Sent::Recorded => {
                // SAFETY: an `Out` was sent.
                let out = unsafe { reply.cast::<Out>().read() };
                self.record();
                Ok(Resumed::Yielded(out))
            }
            Sent::Returned => {
                // SAFETY: a `Ret` was sent.
                let ret = unsafe { reply.cast::<Ret>().read() };
                Ok(Resumed::Returned(ret))
            }
            Sent::Panicked => {
                // SAFETY: what it has panicked with was sent.
                Err(unsafe { reply.cast::<Box<dyn Any + Send>>().read() })
            }
        }
    }

    /// Tells the recording where it is kept while it pauses.
    #[cold]
    fn record(&self) {
        keeps(|| Paused::Stack { bytes: self.depth() });
    }

    /// Lets others have its stack, on which nothing is left.
    fn put_back(&mut self) {
        if let Some(stack) = self.stack.take() {
            pool::put_back(stack);
        }
    }

    /// Set if it has begun and has not ended.
    fn is_paused(&self) -> bool {
        self.body.is_none() && self.stack.is_some()
    }

    /// Set if it has ended: it has returned, or panicked.
    pub fn is_finished(&self) -> bool {
        self.stack.is_none()
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.link.name
    }

    /// How many bytes of its stack are in use while it is paused. Zero if it
    /// has not begun, or has ended.
    pub fn depth(&self) -> usize {
        match &self.stack {
            Some(stack) if self.is_paused() => {
                stack.top().addr() - self.link.slot.pointer().addr()
            }
            _ => 0,
        }
    }

    /// Unwinds it until it ends, and says what it has ended with: `None` if it
    /// does not end.
    fn unwind(&mut self) -> Option<thread::Result<Resumed<Out, Ret>>> {
        for _ in 0..Self::MOST_UNWINDS {
            // SAFETY: it has paused in `suspend`, for which null is the order
            // to unwind.
            match unsafe { self.switch(ptr::null_mut()) } {
                Ok(Resumed::Yielded(_)) => (),
                ended => return Some(ended),
            }
        }
        None
    }
}

impl<In, Out, Ret> Drop for Greenlet<In, Out, Ret> {
    fn drop(&mut self) {
        if !self.is_paused() {
            return self.put_back();
        }
        // Whatever happens now, a stack must not be freed as long as something
        // is on it. So it is leaked, unless it is put back below.
        let stack = ManuallyDrop::new(self.stack.take());
        if cfg!(panic = "abort") {
            eprintln!(
                "greenlet `{}` was dropped before its end: its stack is \
                 leaked, since a panic aborts and cannot unwind it",
                self.name()
            );
            return;
        }
        let Some(ended) = self.unwind() else {
            eprintln!(
                "greenlet `{}` was dropped and does not end: it was unwound {} \
                 times, and its stack is leaked",
                self.name(),
                Self::MOST_UNWINDS
            );
            return;
        };
        self.stack = ManuallyDrop::into_inner(stack);
        self.put_back();
        match ended {
            Err(payload) if payload.is::<Unwind>() => (),
            Err(payload) if !thread::panicking() => resume_unwind(payload),
            _ => (),
        }
    }
}

impl<In, Out, Ret> Debug for Greenlet<In, Out, Ret> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Greenlet")
            .field("name", &self.name())
            .field("depth", &self.depth())
            .field("finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}
