//! What a greenlet and what resumes it know of each other.

use super::stack::Stack;
use super::switch::Slot;
use std::any::TypeId;
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;
use std::ptr;

thread_local! {
    /// The greenlet that runs on this thread, the innermost if one has resumed
    /// another; null if none runs. The handler of a signal may read it, since
    /// it is there from the beginning of a thread to its end.
    pub static RUNNING: Cell<*const Link> = const { Cell::new(ptr::null()) };
}

/// What both sides share.
pub struct Link {
    pub name: Cow<'static, str>,
    /// Its `In` and its `Out`.
    pub types: [TypeId; 2],
    pub slot: Slot,
    /// What the message is that the greenlet has sent.
    pub sent: Cell<Sent>,
    /// Set if the thread was panicking when the greenlet was resumed.
    pub panicking: Cell<bool>,
    pub stack_size: usize,
    /// The addresses of the guard.
    pub guard: Range<usize>,
}

/// What a greenlet sends.
#[derive(Clone, Copy)]
pub enum Sent {
    /// An `Out`: it pauses.
    Yielded,
    /// The same, if there is a recording, which is to be told. That is known
    /// from the beginning, so that a pause does not take longer without one.
    Recorded,
    /// A `Ret`, at its end.
    Returned,
    /// What it has panicked with, at its end.
    Panicked,
}

impl Link {
    pub fn new(
        name: Cow<'static, str>,
        types: [TypeId; 2],
        slot: Slot,
        stack: &Stack,
    ) -> Link {
        Link {
            name,
            types,
            slot,
            sent: Cell::new(match timeline::is_on() {
                true => Sent::Recorded,
                false => Sent::Yielded,
            }),
            panicking: Cell::new(false),
            stack_size: stack.size(),
            guard: stack.guard(),
        }
    }
}
