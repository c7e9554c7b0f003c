//! Exercise: find the missing register.
//!
//!     cargo test -p generators --test missing-register
//!
//! A switch as in step 4-9, for both machines: you need to look at yours only.
//! It compiles, and it switches. But it has three faults. One side does not
//! find a register as it has left it, two come back exchanged, and one word is
//! taken from a place to which nothing was put.

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
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub unsafe extern "C" fn switch(slot: &Slot, message: *const ()) -> *const () {
    naked_asm!(
        "sub rsp, 56",
        "stmxcsr [rsp]",
        "mov [rsp + 8], rbx",
        "mov [rsp + 16], rbp",
        "mov [rsp + 32], r13",
        "mov [rsp + 40], r14",
        "mov [rsp + 48], r15",
        // The exchange: the slot's address is in rdi.
        "mov rax, [rdi]",
        "mov [rdi], rsp",
        "mov rsp, rax",
        // From here on, the stack is the other one.
        "ldmxcsr [rsp]",
        "fldcw [rsp + 4]",
        "mov rbx, [rsp + 8]",
        "mov rbp, [rsp + 16]",
        "mov r13, [rsp + 32]",
        "mov r14, [rsp + 48]",
        "mov r15, [rsp + 40]",
        "add rsp, 56",
        // The message is in rsi.
        "mov rax, rsi",
        "pop rcx",
        "jmp rcx",
    );
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
#[cfg(target_arch = "x86_64")]
pub fn first_frame(first: usize) -> Vec<usize> {
    // The control words, six registers, where to go on, and no caller.
    vec![0x37f_0000_1f80, 0, 0, 0, 0, 0, 0, first, 0]
}

/// Pauses one side in this call, and lets the other one's call return with the
/// message.
///
/// # Safety
///
/// In the slot is the stack pointer of a side that has paused here, or of a new
/// stack with a [`first_frame`].
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub unsafe extern "C" fn switch(slot: &Slot, message: *const ()) -> *const () {
    naked_asm!(
        "sub sp, sp, 176",
        "stp x19, x20, [sp, 0]",
        "stp x21, x22, [sp, 16]",
        "stp x25, x26, [sp, 48]",
        "stp x27, x28, [sp, 64]",
        "stp x29, x30, [sp, 80]",
        "stp d8, d9, [sp, 96]",
        "stp d10, d11, [sp, 112]",
        "stp d12, d13, [sp, 128]",
        "stp d14, d15, [sp, 144]",
        // The exchange: the slot's address is in x0.
        "ldr x10, [x0]",
        "mov x11, sp",
        "str x11, [x0]",
        "mov sp, x10",
        // From here on, the stack is the other one.
        "ldr x9, [sp, 160]",
        "msr fpcr, x9",
        "ldp x19, x20, [sp, 0]",
        "ldp x21, x22, [sp, 16]",
        "ldp x25, x26, [sp, 48]",
        "ldp x28, x27, [sp, 64]",
        "ldp x29, x30, [sp, 80]",
        "ldp d8, d9, [sp, 96]",
        "ldp d10, d11, [sp, 112]",
        "ldp d12, d13, [sp, 128]",
        "ldp d14, d15, [sp, 144]",
        "add sp, sp, 176",
        // The message is in x1.
        "mov x0, x1",
        "ret",
    );
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
#[cfg(target_arch = "aarch64")]
pub fn first_frame(first: usize) -> Vec<usize> {
    // Eleven registers, where to go on, eight registers, the control word, and
    // eight bytes that make it a multiple of 16.
    [vec![0; 11], vec![first], vec![0; 10]].concat()
}

#[path = "missing-register/check.rs"]
mod check;
