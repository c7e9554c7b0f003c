//! A function with a stack of its own, which can pause anywhere.

#![expect(unsafe_code, reason = "values cross from one stack to another")]

mod link;
mod overflow;
mod pool;
mod stack;
mod switch;
mod valgrind;
mod yielder;

pub use yielder::Yielder;

use crate::Resumed;
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
use switch::message_of;
use yielder::{Body, First, Unwind, base};

/// A function with a stack of its own: it can pause anywhere, also in what it
/// calls, and nobody on the way need know of it.
///
/// ```
/// use generators::{Greenlet, Resumed, Yielder};
///
/// fn two_calls_deep(y: &Yielder<u32, String>) -> u32 {
///     y.suspend("how many?".to_string())
/// }
///
/// let mut greenlet = Greenlet::new("adder", |first: u32, y: &_| {
///     first + two_calls_deep(y)
/// })?;
/// assert_eq!(greenlet.resume(1), Resumed::Yielded("how many?".to_string()));
/// assert_eq!(greenlet.resume(2), Resumed::Returned(3));
/// # std::io::Result::Ok(())
/// ```
pub struct Greenlet<In, Out, Ret>
where
    In: 'static,
    Out: 'static,
    Ret: 'static,
{
    /// What it is to do, until it is resumed for the first time.
    body: Option<Body<In, Out, Ret>>,
    /// `None` once it has ended: then its stack belongs to others.
    stack: Option<Stack>,
    /// Its stack knows the address, so it is kept where it is while this moves.
    link: Rc<Link>,
}

impl<In, Out, Ret> Greenlet<In, Out, Ret> {
    /// Big enough for what prints a backtrace, which needs 20 KiB.
    const STACK_SIZE: usize = 64 << 10;

    /// How often a greenlet that is dropped may pause all the same.
    const MOST_UNWINDS: usize = 100;

    /// A greenlet that runs `body` once it is resumed, on a stack of 64 KiB.
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

    /// The same, on a stack of at least `size` bytes.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
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
        let types = [TypeId::of::<In>(), TypeId::of::<Out>()];
        let link = Link::new(name.into(), types, &stack);
        // SAFETY: nothing uses the stack yet, and its top is the end of a page.
        let first =
            unsafe { switch::first_frame(stack.top(), base::<In, Out, Ret>) };
        link.other.set(first);
        let body: Body<In, Out, Ret> = Box::new(body);
        Ok(Greenlet {
            body: Some(body),
            stack: Some(stack),
            link: Rc::new(link),
        })
    }

    /// Goes on with it, until it pauses or ends. The first `input` is the
    /// argument of the closure, each later one what
    /// [`suspend`](Yielder::suspend) returns.
    ///
    /// # Panics
    ///
    /// It panics with what the greenlet panics with, whose hook has been called
    /// by then. It panics if the greenlet has ended.
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

    /// Set if it has begun and has not ended.
    fn is_paused(&self) -> bool {
        self.body.is_none() && self.stack.is_some()
    }

    /// Resumes it for the first time.
    #[cold]
    fn begin(&mut self, input: In) -> thread::Result<Resumed<Out, Ret>> {
        let Some(body) = self.body.take() else {
            panic!("greenlet `{}` was resumed after its end", self.name());
        };
        let link = Rc::as_ptr(&self.link);
        let first = ManuallyDrop::new(First { body, input, link });
        // SAFETY: its stack begins with `base`, which takes a `First`.
        unsafe { self.switch(message_of(&first)) }
    }

    /// Lets it run until it sends something: what is in the way of the value is
    /// what it has panicked with.
    ///
    /// # Safety
    ///
    /// It has not ended, and takes from `message` what is there.
    #[inline(always)]
    unsafe fn switch(
        &mut self,
        message: *mut (),
    ) -> thread::Result<Resumed<Out, Ret>> {
        let link = &*self.link;
        link.panicking.set(thread::panicking());
        let before = RUNNING.replace(link);
        // SAFETY: it has not ended, so it is its stack which does not run.
        let sent = unsafe { switch::switch(&link.other, message) };
        RUNNING.set(before);
        match link.sent.get() {
            Sent::Yielded => {
                // SAFETY: an `Out` was sent. Nothing else has run since, and
                // the sender does not touch it any more. So also below.
                let out = unsafe { sent.cast::<Out>().read() };
                Ok(Resumed::Yielded(out))
            }
            Sent::Returned => {
                // SAFETY: a `Ret` was sent.
                let ret = unsafe { sent.cast::<Ret>().read() };
                Ok(Resumed::Returned(ret))
            }
            Sent::Panicked => {
                // SAFETY: what it has panicked with was sent.
                Err(unsafe { sent.cast::<Box<dyn Any + Send>>().read() })
            }
        }
    }

    /// Nothing uses its stack any more.
    fn put_back(&mut self) {
        if let Some(stack) = self.stack.take() {
            pool::put_back(stack);
        }
    }

    /// Set if it has ended, by returning or by a panic.
    pub fn is_finished(&self) -> bool {
        self.stack.is_none()
    }

    /// The name that it was given.
    pub fn name(&self) -> &str {
        &self.link.name
    }

    /// How much of its stack it uses while it is paused, in bytes: 0 if it has
    /// not begun or has ended.
    pub fn depth(&self) -> usize {
        match &self.stack {
            Some(stack) if self.is_paused() => {
                stack.top().addr() - self.link.other.get().addr()
            }
            _ => 0,
        }
    }
}

impl<In, Out, Ret> Drop for Greenlet<In, Out, Ret> {
    /// Unwinds it, if it has begun and has not ended.
    fn drop(&mut self) {
        if !self.is_paused() {
            return self.put_back();
        }
        // There are frames on its stack. Whatever happens, the memory must stay
        // until they are gone: it is leaked, unless it is put back below.
        let stack = ManuallyDrop::new(self.stack.take());
        let name = &self.link.name;
        if cfg!(panic = "abort") {
            eprintln!(
                "greenlet `{name}` cannot be unwound where a panic aborts: its \
                 destructors do not run, and its stack is leaked"
            );
            return;
        }
        for _ in 0..Self::MOST_UNWINDS {
            // SAFETY: it has paused in `suspend`, which panics without a message.
            let ended = match unsafe { self.switch(ptr::null_mut()) } {
                Ok(Resumed::Yielded(_)) => continue,
                ended => ended,
            };
            self.stack = ManuallyDrop::into_inner(stack);
            self.put_back();
            return match ended {
                Err(payload) if payload.is::<Unwind>() => (),
                // While the thread panics, another panic would end the process.
                Err(payload) if !thread::panicking() => resume_unwind(payload),
                _ => (),
            };
        }
        eprintln!(
            "greenlet `{}` has been unwound {} times and does not end: its \
             stack is leaked",
            self.link.name,
            Self::MOST_UNWINDS,
        );
    }
}

impl<In, Out, Ret> Debug for Greenlet<In, Out, Ret> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Greenlet")
            .field("name", &self.link.name)
            .field("finished", &self.is_finished())
            .field("depth", &self.depth())
            .finish()
    }
}
