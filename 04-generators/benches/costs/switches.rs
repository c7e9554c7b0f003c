//! The switch alone, as it is and with other instructions in some places.

#![expect(unsafe_code, reason = "one stack is exchanged for another")]

use super::{Row, measure, repeat};
use generators::steps::{Slot, first_frame};
use std::arch::naked_asm;
use std::cell::Cell;
use std::ptr::null;

const PAUSES: u32 = 100_000;

pub fn measured() -> [Row; 3] {
    let slots = [as_it_is::pause, ret::pause, control_words::pause];
    let [a, b, c] = slots.map(new_stack);
    measure(
        PAUSES,
        [
            ("as it is", &mut || repeat(PAUSES, || as_it_is::to(&a))),
            ("with ret", &mut || repeat(PAUSES, || ret::to(&b))),
            ("control words", &mut || {
                repeat(PAUSES, || control_words::to(&c));
            }),
        ],
    )
}

/// A switch, assembled from that of the library between these lines.
macro_rules! switch {
    ($name:ident, [$($before:expr),*], [$($after:expr),*]) => {
        mod $name {
            use super::{Slot, naked_asm, null};
            use std::ptr::from_ref;

            #[unsafe(naked)]
            unsafe extern "C" fn switch(
                _: &Slot,
                _: *const (),
            ) -> *const () {
                naked_asm!(
                    $($before,)*
                    include_str!("../../src/greenlet/switch/x86_64.s"),
                    $($after,)*
                );
            }

            #[inline(always)]
            pub fn to(slot: &Slot) {
                // SAFETY: in the slot is a new stack, or one that has
                // paused here.
                unsafe { switch(slot, from_ref(slot).cast()) };
            }

            pub extern "C" fn pause(_: usize, slot: *const ()) {
                // SAFETY: the slot is there as long as this is resumed.
                let slot = unsafe { &*slot.cast() };
                loop {
                    // SAFETY: in it is what has resumed this.
                    unsafe { switch(slot, null()) };
                }
            }
        }
    };
}

switch!(as_it_is, [".set keep_control_words, 0"], []);
switch!(
    ret,
    [".set keep_control_words, 0", include_str!("ret.s")],
    [".purgem jmp"]
);
switch!(control_words, [".set keep_control_words, 1"], []);

/// A new stack, which lives for ever.
fn new_stack(first: extern "C" fn(usize, *const ())) -> Slot {
    let stack = vec![0_u128; 1024].leak();
    let frame = first_frame(first);
    let top = stack.as_mut_ptr_range().end.cast::<usize>();
    // SAFETY: the frame is shorter than the stack.
    let pointer = unsafe { top.sub(frame.len()) };
    // SAFETY: nothing else uses it.
    unsafe { pointer.copy_from(frame.as_ptr(), frame.len()) };
    Cell::new(pointer)
}
