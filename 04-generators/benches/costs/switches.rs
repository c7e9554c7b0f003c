//! The switch alone, as it is and with other instructions in some places.

#![expect(unsafe_code, reason = "one stack is exchanged for another")]

use super::{Row, measure, repeat};
use generators::steps::{Slot, first_frame};
use std::arch::naked_asm;
use std::cell::Cell;
use std::ptr::null;

const PAUSES: u32 = 100_000;

pub fn measured() -> [Row; 4] {
    let slots = [
        new_stack(as_it_is::pause),
        new_stack(ret::pause),
        new_stack(no_control::pause),
        new_stack(neither::pause),
    ];
    let [a, b, c, d] = &slots;
    measure(
        PAUSES,
        [
            ("as it is", &mut || repeat(PAUSES, || as_it_is::to(a))),
            ("with ret", &mut || repeat(PAUSES, || ret::to(b))),
            ("no control words", &mut || {
                repeat(PAUSES, || no_control::to(c));
            }),
            ("the same, ret", &mut || repeat(PAUSES, || neither::to(d))),
        ],
    )
}

/// A switch, assembled from that of the library after these files, whose
/// macros stand in for some of its instructions.
macro_rules! switch {
    ($name:ident, [$($file:literal),*], [$($instruction:literal),*]) => {
        mod $name {
            use super::{Slot, naked_asm, null};
            use std::ptr::from_ref;

            #[unsafe(naked)]
            unsafe extern "C" fn switch(
                _: &Slot,
                _: *const (),
            ) -> *const () {
                naked_asm!(
                    $(include_str!($file),)*
                    include_str!("../../src/greenlet/switch/x86_64.s"),
                    $(concat!(".purgem ", $instruction),)*
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

switch!(as_it_is, [], []);
switch!(ret, ["ret.s"], ["jmp"]);
switch!(
    no_control,
    ["no_control.s"],
    ["stmxcsr", "fnstcw", "fldcw", "ldmxcsr"]
);
switch!(
    neither,
    ["ret.s", "no_control.s"],
    ["jmp", "stmxcsr", "fnstcw", "fldcw", "ldmxcsr"]
);

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
