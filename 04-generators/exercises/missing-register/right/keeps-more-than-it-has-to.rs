//! Keeps what it need not keep, too: flags, registers which are the caller's,
//! and the whole of those of which half is enough. That takes longer. And it
//! leaves room for the registers of greater processors.

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
        "push rbp",
        "mov rbp, rsp",
        "sub rsp, 8192",
        "push rbx",
        "push r8",
        "push r9",
        "push r10",
        "push r11",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "pushfq",
        "sub rsp, 32",
        "stmxcsr [rsp + 28]",
        "fnstcw [rsp + 24]",
        "movups [rsp], xmm6",
        "xchg rsp, [rdi]",
        "movups xmm6, [rsp]",
        "fldcw [rsp + 24]",
        "ldmxcsr [rsp + 28]",
        "add rsp, 32",
        "popfq",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop r11",
        "pop r10",
        "pop r9",
        "pop r8",
        "pop rbx",
        "lea rsp, [rsp + 8192]",
        "pop rbp",
        "mov rax, rsi",
        "pop rdx",
        "jmp rdx",
    );
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
#[cfg(target_arch = "x86_64")]
pub fn first_frame(first: usize) -> Vec<usize> {
    let mut frame = vec![0; 17 + 1024];
    frame[3] = 0x1f80_0000_037f;
    // The flags, of which one is always set.
    frame[4] = 2;
    frame[15 + 1024] = first;
    frame
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
        "sub sp, sp, 8192",
        "sub sp, sp, 256",
        "stp q8, q9, [sp, 0]",
        "stp q10, q11, [sp, 32]",
        "stp q12, q13, [sp, 64]",
        "stp q14, q15, [sp, 96]",
        "stp x19, x20, [sp, 128]",
        "stp x21, x22, [sp, 144]",
        "stp x23, x24, [sp, 160]",
        "stp x25, x26, [sp, 176]",
        "stp x27, x28, [sp, 192]",
        "stp x29, x30, [sp, 208]",
        "mrs x9, fpcr",
        "mrs x10, fpsr",
        "stp x9, x10, [sp, 224]",
        "mrs x9, nzcv",
        "str x9, [sp, 240]",
        "ldr x10, [x0]",
        "mov x11, sp",
        "str x11, [x0]",
        "mov sp, x10",
        "ldr x9, [sp, 240]",
        "msr nzcv, x9",
        "ldp x9, x10, [sp, 224]",
        "msr fpcr, x9",
        "msr fpsr, x10",
        "ldp q8, q9, [sp, 0]",
        "ldp q10, q11, [sp, 32]",
        "ldp q12, q13, [sp, 64]",
        "ldp q14, q15, [sp, 96]",
        "ldp x19, x20, [sp, 128]",
        "ldp x21, x22, [sp, 144]",
        "ldp x23, x24, [sp, 160]",
        "ldp x25, x26, [sp, 176]",
        "ldp x27, x28, [sp, 192]",
        "ldp x29, x30, [sp, 208]",
        "add sp, sp, 256",
        "add sp, sp, 8192",
        "mov x0, x1",
        "ret",
    );
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
#[cfg(target_arch = "aarch64")]
pub fn first_frame(first: usize) -> Vec<usize> {
    let mut frame = vec![0; 32 + 1024];
    frame[27] = first;
    frame
}

#[path = "missing-register/check.rs"]
mod check;
