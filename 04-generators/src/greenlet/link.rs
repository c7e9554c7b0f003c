//! What both sides of a switch know of each other.

use super::stack::Stack;
use super::switch::Slot;
use std::any::TypeId;
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;
use std::ptr;

thread_local! {
    /// The greenlet that runs on this thread, the innermost if there are
    /// several; null if none does. It needs no destructor and no first use, so
    /// that the handler of a signal may read it.
    pub static RUNNING: Cell<*const Link> = const { Cell::new(ptr::null()) };
}

/// What a greenlet and its resumer share.
pub struct Link {
    /// The stack pointer of the side that does not run.
    pub other: Slot,
    /// What the message points to that the greenlet has sent.
    pub sent: Cell<Sent>,
    /// Set if the thread was panicking when the greenlet was resumed.
    pub panicking: Cell<bool>,
    /// Its `In` and `Out`.
    pub types: [TypeId; 2],
    pub name: Cow<'static, str>,
    pub size: usize,
    pub guard: Range<usize>,
}

/// What a greenlet sends to its resumer.
#[derive(Clone, Copy)]
pub enum Sent {
    /// An `Out`: it has paused.
    Yielded,
    /// A `Ret`, its last message.
    Returned,
    /// What it has panicked with, its last message.
    Panicked,
}

impl Link {
    pub fn new(
        name: Cow<'static, str>,
        types: [TypeId; 2],
        stack: &Stack,
    ) -> Link {
        Link {
            other: Cell::new(ptr::null_mut()),
            sent: Cell::new(Sent::Yielded),
            panicking: Cell::new(false),
            types,
            name,
            size: stack.size(),
            guard: stack.guard(),
        }
    }
}
