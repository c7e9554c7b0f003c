//! The waker is a number.
//!
//! A [`Waker`] can be cloned, sent to other threads and kept for ever, so what
//! it points to has to be counted, with an atomic each time. A number needs no
//! counting. If the task is no more, its number is not that of any other, and
//! waking does nothing.

#![expect(unsafe_code, reason = "a waker is made of functions and a pointer")]

use crate::executor;
use crate::number::Number;
use std::task::{RawWaker, RawWakerVTable, Waker};

/// What wakes the task with this number, on its thread or on any other.
pub fn waker(number: Number) -> Waker {
    // SAFETY: a number can be copied, forgotten and used on any thread. The
    // functions look at no more than that, and do not panic.
    unsafe { Waker::new(number.to_pointer(), &FUNCTIONS) }
}

static FUNCTIONS: RawWakerVTable = RawWakerVTable::new(
    |number| RawWaker::new(number, &FUNCTIONS),
    |number| executor::wake(Number::from_pointer(number)),
    |number| executor::wake(Number::from_pointer(number)),
    |_| {},
);
