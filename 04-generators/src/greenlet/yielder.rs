//! The greenlet's side: what runs on its stack.

#![expect(unsafe_code, reason = "values cross from one stack to the other")]

use super::link::{Link, RUNNING, Sent};
use super::switch::message_of;
use crate::kept::pauses_here;
use std::any::TypeId;
use std::hint::black_box;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process;
use std::thread;

/// What a greenlet does.
pub type Body<In, Out, Ret> = Box<dyn FnOnce(In, &Yielder<In, Out>) -> Ret>;

/// The first message to a greenlet. Each later one is an `In`, or null.
pub struct First<In: 'static, Out: 'static, Ret: 'static> {
    pub body: Body<In, Out, Ret>,
    pub input: In,
    pub link: *const Link,
}

/// What a greenlet panics with if it is dropped before its end.
pub struct Unwind;

/// What pauses a greenlet. It is lent to the greenlet's closure: nothing but
/// what runs on that stack can have it.
pub struct Yielder<In: 'static, Out: 'static> {
    link: *const Link,
    types: PhantomData<fn(Out) -> In>,
}

impl<In, Out> Yielder<In, Out> {
    /// Pauses the greenlet: [`resume`](super::Greenlet::resume) returns `out`
    /// to what has resumed it. Returns the input of the next `resume`.
    ///
    /// If the greenlet is dropped instead, this unwinds, so that the
    /// destructors of all that is on its stack run. It does so at every pause
    /// from then on.
    ///
    /// # Panics
    ///
    /// Panics in a destructor while the greenlet unwinds, and std then ends the
    /// process. All else that runs on the thread would be told that it panics,
    /// and would poison its locks.
    #[inline(always)]
    pub fn suspend(&self, out: Out) -> In {
        // SAFETY: a greenlet keeps its link, and this is on its stack.
        let link = unsafe { &*self.link };
        if RUNNING.get() != self.link {
            refuse(link, "while another one runs");
        }
        if thread::panicking() != link.panicking.get() {
            refuse(link, "in a destructor while it unwinds");
        }
        let out = ManuallyDrop::new(out);
        // SAFETY: what resumed it is paused, on this thread, and takes an
        // `Out`.
        let reply = unsafe { link.slot.switch(message_of(&out)) };
        if reply.is_null() {
            unwind();
        }
        // SAFETY: what is not null is an `In`. Nothing has run since it was
        // sent, and the sender does not touch it any more.
        unsafe { reply.cast::<In>().read() }
    }

    /// Calls `f` with what pauses the greenlet in which this is called; if that
    /// greenlet was resumed by another, the inner one. So a function can pause
    /// whose callers know nothing of greenlets.
    ///
    /// Returns `None`, without calling `f`, if this is not called in a
    /// greenlet, or if that one takes and hands out other types.
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
    ///     first + ask("how many?").expect("this is a greenlet")
    /// })?;
    /// assert_eq!(greenlet.resume(1), Resumed::Yielded("how many?"));
    /// assert_eq!(greenlet.resume(2), Resumed::Returned(3));
    /// assert_eq!(ask("how many?"), None);
    /// # std::io::Result::Ok(())
    /// ```
    #[track_caller]
    #[inline(always)]
    pub fn with_current<T>(f: impl FnOnce(&Self) -> T) -> Option<T> {
        pauses_here();
        let link = RUNNING.get();
        // SAFETY: a greenlet keeps its link while it runs.
        let types = unsafe { link.as_ref() }?.types;
        if types != [TypeId::of::<In>(), TypeId::of::<Out>()] {
            return None;
        }
        Some(f(&Yielder { link, types: PhantomData }))
    }
}

#[cold]
fn refuse(link: &Link, when: &str) -> ! {
    panic!("greenlet `{}` cannot pause {when}", link.name);
}

#[cold]
fn unwind() -> ! {
    resume_unwind(Box::new(Unwind));
}

/// What every greenlet begins with.
///
/// # Safety
///
/// The message is a `First`, and nothing else takes it.
pub unsafe extern "C" fn base<In: 'static, Out: 'static, Ret: 'static>(
    message: *mut (),
) -> ! {
    // SAFETY: the caller promises it.
    let first = unsafe { message.cast::<First<In, Out, Ret>>().read() };
    let First { body, input, link } = first;
    let yielder = Yielder { link, types: PhantomData };
    let run = || __rust_begin_short_backtrace(|| body(input, &yielder));
    // What is on the stack is gone after this, however it ends.
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(ret) => end(link, Sent::Returned, ret),
        Err(payload) => end(link, Sent::Panicked, payload),
    }
}

/// Std knows this name. It leaves out of a short backtrace what is below.
#[inline(never)]
fn __rust_begin_short_backtrace<T>(run: impl FnOnce() -> T) -> T {
    let result = run();
    // There has to be something left to do, or this frame would not be kept.
    black_box(());
    result
}

/// Sends the last message.
fn end<T>(link: *const Link, sent: Sent, value: T) -> ! {
    // SAFETY: a greenlet keeps its link, and this is on its stack.
    let link = unsafe { &*link };
    link.sent.set(sent);
    let value = ManuallyDrop::new(value);
    // SAFETY: what resumed it is paused, on this thread, and takes what `sent`
    // says.
    unsafe { link.slot.switch(message_of(&value)) };
    // Nothing resumes a greenlet after its end.
    process::abort();
}
