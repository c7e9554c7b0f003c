//! The other side: what runs on the greenlet's stack.

#![expect(unsafe_code, reason = "values cross from one stack to another")]

use super::link::{Link, RUNNING, Sent};
use super::switch::{message_of, switch};
use std::any::TypeId;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process;
use std::thread;

/// What a greenlet does.
pub type Body<In, Out, Ret> = Box<dyn FnOnce(In, &Yielder<In, Out>) -> Ret>;

/// The first message to a greenlet.
pub struct First<In: 'static, Out: 'static, Ret: 'static> {
    pub body: Body<In, Out, Ret>,
    pub input: In,
    pub link: *const Link,
}

/// What a greenlet panics with when it is dropped before its end.
pub struct Unwind;

/// What pauses a greenlet. Only what runs on its stack can have one: it is lent
/// to the closure, and no other thread may use it.
pub struct Yielder<In: 'static, Out: 'static> {
    link: *const Link,
    types: PhantomData<fn(Out) -> In>,
}

impl<In, Out> Yielder<In, Out> {
    /// Pauses the greenlet: its [`resume`](super::Greenlet::resume) returns
    /// `out`. Returns the input with which it is resumed.
    ///
    /// If the greenlet is dropped instead, this unwinds, so that all its
    /// destructors run. If it is called again meanwhile, it unwinds again.
    ///
    /// # Panics
    ///
    /// It panics in a destructor that is called while the greenlet unwinds;
    /// then std ends the process. Other code of this thread would otherwise be
    /// told that it is panicking, and poison its locks.
    #[inline(always)]
    pub fn suspend(&self, out: Out) -> In {
        // SAFETY: the greenlet keeps its link while anything runs on its stack.
        let link = unsafe { &*self.link };
        if RUNNING.get() != self.link {
            refuse(link, "is not the one that runs");
        }
        if thread::panicking() != link.panicking.get() {
            refuse(link, "unwinds");
        }
        let out = ManuallyDrop::new(out);
        // SAFETY: the greenlet runs, so the other side does not. It takes the
        // `Out` before anything else runs.
        let reply = unsafe { switch(&link.other, message_of(&out)) };
        if reply.is_null() {
            unwind();
        }
        // SAFETY: it is an `In`, which the other side does not touch any more.
        unsafe { reply.cast::<In>().read() }
    }

    /// Calls `f` with what pauses the greenlet that runs on this thread, the
    /// innermost if one runs inside of another. So a function can pause of
    /// which nobody who called it knows.
    ///
    /// Returns `None`, and does not call it, if no greenlet runs, or if its
    /// types are others.
    ///
    /// ```
    /// use generators::{Greenlet, Resumed, Yielder};
    ///
    /// fn ask(question: &'static str) -> Option<u32> {
    ///     Yielder::with_current(|y| y.suspend(question))
    /// }
    ///
    /// let mut greenlet = Greenlet::new("asks", |first, _: &Yielder<_, _>| {
    ///     // Nothing is handed on to what pauses.
    ///     first + ask("how many?").expect("a greenlet runs")
    /// })?;
    /// assert_eq!(greenlet.resume(1), Resumed::Yielded("how many?"));
    /// assert_eq!(greenlet.resume(2), Resumed::Returned(3));
    /// assert_eq!(ask("how many?"), None);
    /// # std::io::Result::Ok(())
    /// ```
    #[inline(always)]
    pub fn with_current<T>(f: impl FnOnce(&Self) -> T) -> Option<T> {
        let link = RUNNING.get();
        // SAFETY: the greenlet keeps its link while it runs.
        let types = unsafe { link.as_ref() }?.types;
        if types != [TypeId::of::<In>(), TypeId::of::<Out>()] {
            return None;
        }
        Some(f(&Yielder { link, types: PhantomData }))
    }
}

#[cold]
fn refuse(link: &Link, why: &str) -> ! {
    panic!("greenlet `{}` cannot pause: it {why}", link.name);
}

#[cold]
fn unwind() -> ! {
    resume_unwind(Box::new(Unwind));
}

/// The first function on a greenlet's stack.
///
/// # Safety
///
/// `message` points to a `First`, which is taken.
pub unsafe extern "C" fn base<In: 'static, Out: 'static, Ret: 'static>(
    message: *mut (),
) -> ! {
    // SAFETY: the caller promises it.
    let first = unsafe { message.cast::<First<In, Out, Ret>>().read() };
    let First { body, input, link } = first;
    let yielder = Yielder { link, types: PhantomData };
    let ended = catch_unwind(AssertUnwindSafe(|| body(input, &yielder)));
    match ended {
        Ok(ret) => end(link, Sent::Returned, ret),
        Err(payload) => end(link, Sent::Panicked, payload),
    }
}

/// Sends the last message.
fn end<T>(link: *const Link, sent: Sent, value: T) -> ! {
    // SAFETY: the greenlet keeps its link while anything runs on its stack.
    let link = unsafe { &*link };
    link.sent.set(sent);
    let value = ManuallyDrop::new(value);
    // SAFETY: the greenlet runs, so the other side does not. It takes the value,
    // and never switches to this stack again.
    unsafe { switch(&link.other, message_of(&value)) };
    process::abort();
}
