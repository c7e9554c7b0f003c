//! Each register is pushed, and popped in the other direction. It ends with
//! `ret`, which takes longer on x86-64, and is as right.

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
        "push r15",
        "push r14",
        "push r13",
        "push r12",
        "push rbx",
        "push rbp",
        "push rax",
        "fnstcw [rsp]",
        "stmxcsr [rsp + 4]",
        "mov rax, rsi",
        "mov rcx, [rdi]",
        "mov [rdi], rsp",
        "mov rsp, rcx",
        "ldmxcsr [rsp + 4]",
        "fldcw [rsp]",
        "pop rcx",
        "pop rbp",
        "pop rbx",
        "pop r12",
        "pop r13",
        "pop r14",
        "pop r15",
        "ret",
    );
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
#[cfg(target_arch = "x86_64")]
pub fn first_frame(first: usize) -> Vec<usize> {
    vec![0x1f80_0000_037f, 0, 0, 0, 0, 0, 0, first, 0]
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
        "stp x29, x30, [sp, -16]!",
        "stp x27, x28, [sp, -16]!",
        "stp x25, x26, [sp, -16]!",
        "stp x23, x24, [sp, -16]!",
        "stp x21, x22, [sp, -16]!",
        "stp x19, x20, [sp, -16]!",
        "stp d14, d15, [sp, -16]!",
        "stp d12, d13, [sp, -16]!",
        "stp d10, d11, [sp, -16]!",
        "stp d8, d9, [sp, -16]!",
        "mrs x9, fpcr",
        "str x9, [sp, -16]!",
        "ldr x10, [x0]",
        "mov x11, sp",
        "str x11, [x0]",
        "mov sp, x10",
        "ldr x9, [sp], 16",
        "msr fpcr, x9",
        "ldp d8, d9, [sp], 16",
        "ldp d10, d11, [sp], 16",
        "ldp d12, d13, [sp], 16",
        "ldp d14, d15, [sp], 16",
        "ldp x19, x20, [sp], 16",
        "ldp x21, x22, [sp], 16",
        "ldp x23, x24, [sp], 16",
        "ldp x25, x26, [sp], 16",
        "ldp x27, x28, [sp], 16",
        "ldp x29, x30, [sp], 16",
        "mov x0, x1",
        "ret",
    );
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
#[cfg(target_arch = "aarch64")]
pub fn first_frame(first: usize) -> Vec<usize> {
    let mut frame = vec![0; 22];
    frame[21] = first;
    frame
}

#[path = "missing-register/check.rs"]
mod check;
