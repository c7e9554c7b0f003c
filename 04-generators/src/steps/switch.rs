//! The switch, and what it finds on a new stack: what differs from machine to
//! machine.

#![expect(unsafe_code, reason = "one stack is exchanged for another")]

use std::arch::naked_asm;
use std::cell::Cell;

/// The stack pointer of the side that does not run.
pub type Slot = Cell<*mut usize>;

/// Pauses one side in this call, and lets the other one's call return with the
/// message.
///
/// # Safety
///
/// In the slot is the stack pointer of a side that has paused here, or of a new
/// stack with a [`first_frame`].
#[unsafe(naked)]
pub unsafe extern "C" fn switch(slot: &Slot, message: *const ()) -> *const () {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(
        ".set keep_control_words, 0",
        include_str!("../greenlet/switch/x86_64.s")
    );
    #[cfg(target_arch = "aarch64")]
    naked_asm!(
        ".set keep_control_words, 0",
        include_str!("../greenlet/switch/aarch64.s")
    );
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of `first`. Of its two arguments the second is the message.
pub fn first_frame(first: extern "C" fn(usize, *const ())) -> Vec<usize> {
    let first = first as *const () as usize;
    // The control words, six registers, where to go on, and no caller.
    #[cfg(target_arch = "x86_64")]
    let frame = vec![0x37f_0000_1f80, 0, 0, 0, 0, 0, 0, first, 0];
    // Eleven registers, where to go on, eight registers, the control word, and
    // eight bytes that make it a multiple of 16.
    #[cfg(target_arch = "aarch64")]
    let frame = [vec![0; 11], vec![first], vec![0; 10]].concat();
    frame
}
