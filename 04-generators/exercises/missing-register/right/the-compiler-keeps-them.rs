//! The compiler is told which registers are lost, and keeps those that have to
//! be kept, in the function around the exchange.

#![expect(unsafe_code, reason = "one stack is exchanged for another")]

use std::arch::asm;
#[cfg(target_arch = "x86_64")]
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
#[inline(never)]
pub unsafe extern "C" fn switch(slot: &Slot, message: *const ()) -> *const () {
    let received;
    // SAFETY: all registers that may change are declared, but for rbx and rbp,
    // which are kept here.
    unsafe {
        asm!(
            "push rbx",
            "push rbp",
            "lea rax, [rip + 2f]",
            "push rax",
            "sub rsp, 8",
            "stmxcsr [rsp]",
            "fnstcw [rsp + 4]",
            "xchg rsp, [rdi]",
            "fldcw [rsp + 4]",
            "ldmxcsr [rsp]",
            "add rsp, 8",
            "pop rax",
            "jmp rax",
            "2:",
            "pop rbp",
            "pop rbx",
            inlateout("rdi") slot => _,
            inlateout("rsi") message => received,
            lateout("r12") _,
            lateout("r13") _,
            lateout("r14") _,
            lateout("r15") _,
            clobber_abi("sysv64"),
        );
    }
    received
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
/// There, the message is where a function has its result.
#[cfg(target_arch = "x86_64")]
pub fn first_frame(first: usize) -> Vec<usize> {
    let enters = enter as *const () as usize;
    vec![0x37f_0000_1f80, enters, first, 0]
}

/// What a new stack begins with.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn enter() {
    naked_asm!("mov rax, rsi", "ret");
}

/// Pauses one side in this call, and lets the other one's call return with the
/// message.
///
/// # Safety
///
/// In the slot is the stack pointer of a side that has paused here, or of a new
/// stack with a [`first_frame`].
#[cfg(target_arch = "aarch64")]
#[inline(never)]
pub unsafe extern "C" fn switch(slot: &Slot, message: *const ()) -> *const () {
    let received;
    // SAFETY: all registers that may change are declared, but for x19 and x29,
    // which are kept here.
    unsafe {
        asm!(
            "mrs x9, fpcr",
            "adr x10, 2f",
            "stp x19, x29, [sp, -32]!",
            "stp x9, x10, [sp, 16]",
            "ldr x10, [x0]",
            "mov x11, sp",
            "str x11, [x0]",
            "mov sp, x10",
            "ldp x9, x10, [sp, 16]",
            "ldp x19, x29, [sp], 32",
            "msr fpcr, x9",
            "mov x0, x1",
            "br x10",
            "2:",
            inlateout("x0") slot => received,
            inlateout("x1") message => _,
            lateout("x20") _,
            lateout("x21") _,
            lateout("x22") _,
            lateout("x23") _,
            lateout("x24") _,
            lateout("x25") _,
            lateout("x26") _,
            lateout("x27") _,
            lateout("x28") _,
            lateout("d8") _,
            lateout("d9") _,
            lateout("d10") _,
            lateout("d11") _,
            lateout("d12") _,
            lateout("d13") _,
            lateout("d14") _,
            lateout("d15") _,
            clobber_abi("C"),
        );
    }
    received
}

/// What the switch is to find on a new stack: as if it had paused before the
/// first line of what is at the address `first`.
#[cfg(target_arch = "aarch64")]
pub fn first_frame(first: usize) -> Vec<usize> {
    vec![0, 0, 0, first]
}

#[path = "missing-register/check.rs"]
mod check;
