//! On x86-64 128 bytes below the stack pointer are the function's. So all is
//! put there, and the stack pointer is moved only as it is exchanged. On arm64
//! they are not, but for Apple's.

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
        "mov [rsp - 8], rbx",
        "mov [rsp - 16], rbp",
        "mov [rsp - 24], r12",
        "mov [rsp - 32], r13",
        "mov [rsp - 40], r14",
        "mov [rsp - 48], r15",
        "stmxcsr [rsp - 56]",
        "fnstcw [rsp - 52]",
        "mov rax, [rdi]",
        "lea rcx, [rsp - 56]",
        "mov [rdi], rcx",
        "lea rsp, [rax + 56]",
        "fldcw [rsp - 52]",
        "ldmxcsr [rsp - 56]",
        "mov r15, [rsp - 48]",
        "mov r14, [rsp - 40]",
        "mov r13, [rsp - 32]",
        "mov r12, [rsp - 24]",
        "mov rbp, [rsp - 16]",
        "mov rbx, [rsp - 8]",
        "mov rax, rsi",
        "ret",
    );
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
#[cfg(target_arch = "x86_64")]
pub fn first_frame(first: usize) -> Vec<usize> {
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
        "mrs x9, fpcr",
        "mov x10, sp",
        "sub x11, x10, 176",
        "mov sp, x11",
        "stp x19, x20, [x11, 0]",
        "stp x21, x22, [x11, 16]",
        "stp x23, x24, [x11, 32]",
        "stp x25, x26, [x11, 48]",
        "stp x27, x28, [x11, 64]",
        "stp x29, x30, [x11, 80]",
        "stp d8, d9, [x11, 96]",
        "stp d10, d11, [x11, 112]",
        "stp d12, d13, [x11, 128]",
        "stp d14, d15, [x11, 144]",
        "stp x9, xzr, [x11, 160]",
        "ldr x10, [x0]",
        "str x11, [x0]",
        "ldp x19, x20, [x10, 0]",
        "ldp x21, x22, [x10, 16]",
        "ldp x23, x24, [x10, 32]",
        "ldp x25, x26, [x10, 48]",
        "ldp x27, x28, [x10, 64]",
        "ldp x29, x30, [x10, 80]",
        "ldp d8, d9, [x10, 96]",
        "ldp d10, d11, [x10, 112]",
        "ldp d12, d13, [x10, 128]",
        "ldp d14, d15, [x10, 144]",
        "ldp x9, x11, [x10, 160]",
        "add sp, x10, 176",
        "msr fpcr, x9",
        "mov x0, x1",
        "br x30",
    );
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
#[cfg(target_arch = "aarch64")]
pub fn first_frame(first: usize) -> Vec<usize> {
    [vec![0; 11], vec![first], vec![0; 10]].concat()
}

#[path = "missing-register/check.rs"]
mod check;
