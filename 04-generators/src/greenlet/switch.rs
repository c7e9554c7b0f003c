//! The switch: the few instructions which exchange one stack for another.
//!
//! Its body is one file for each machine. It is a file of its own, so that a
//! program in C can run the very same instructions and look at every register
//! afterwards (`tests/switch`).

#![expect(unsafe_code, reason = "a stack is exchanged for another")]

use std::arch::naked_asm;
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr;

/// Where the stack pointer of a stack that does not run is kept.
pub type Slot = Cell<*mut usize>;

/// What a stack begins with. It is called with the first message, and does not
/// return.
pub type Base = unsafe extern "C" fn(*mut ()) -> !;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("greenlets run on x86-64 and on arm64: add a file to `switch`");

#[unsafe(naked)]
unsafe extern "C" fn exchange(slot: *const Slot, message: *mut ()) -> *mut () {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(include_str!("switch/x86_64.s"));
    #[cfg(target_arch = "aarch64")]
    naked_asm!(include_str!("switch/aarch64.s"));
}

/// Pauses the stack that runs, and goes on with the one in the slot, to which it
/// hands a message. The slot then holds the one that has paused. Returns with
/// the next message, when something switches to it again.
///
/// # Safety
///
/// The slot holds the stack pointer of a stack which has paused here, or which
/// [`first_frame`] has prepared, on this thread. It agrees with the other side
/// about what the message points to.
///
/// This one is always inlined, and jumps. A call would leave the processor one
/// return to predict for which there is no `ret`, and it would be wrong about
/// those of all callers.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub unsafe fn switch(slot: &Slot, message: *mut ()) -> *mut () {
    let reply;
    // SAFETY: `exchange` goes on with the other stack, as the caller promises.
    // When it comes back, at the label, it has kept what a function of the
    // System V ABI keeps. All else is declared as lost.
    unsafe {
        std::arch::asm!(
            "lea rax, [rip + 3f]",
            "push rax",
            "jmp {exchange}",
            "3:",
            exchange = sym exchange,
            inlateout("rdi") ptr::from_ref(slot) => _,
            inlateout("rsi") message => _,
            lateout("rax") reply,
            clobber_abi("sysv64"),
        );
    }
    reply
}

/// As on the other machine; here a call will do.
///
/// # Safety
///
/// As there.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub unsafe fn switch(slot: &Slot, message: *mut ()) -> *mut () {
    // SAFETY: the caller promises it.
    unsafe { exchange(slot, message) }
}

/// The address of a value, as the message by which the other side takes it.
pub fn message_of<T>(value: &ManuallyDrop<T>) -> *mut () {
    ptr::from_ref(value).cast_mut().cast()
}

/// The lowest frame of a stack. A backtrace ends here: its rule for the address
/// to which this function would return says that there is none.
#[unsafe(naked)]
unsafe extern "C" fn start() {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(
        ".cfi_startproc",
        ".cfi_undefined rip",
        "mov rdi, rax", // the message
        "call rbx",     // the base
        "ud2",
        ".cfi_endproc",
    );
    #[cfg(target_arch = "aarch64")]
    naked_asm!(
        ".cfi_startproc",
        ".cfi_undefined x30",
        "blr x19", // the base; the message is in x0 already
        "brk 1",
        ".cfi_endproc",
    );
}

/// What a new stack begins with, as if it had paused: the switch takes it off,
/// from the lowest address upwards.
#[cfg(target_arch = "x86_64")]
fn frame(base: Base) -> [usize; 8] {
    // How to calculate, as a program begins: mxcsr, and the control word.
    let control = 0x1f80 | 0x037f << 32;
    let rbx = base as usize;
    let start = start as *const () as usize;
    [control, 0, 0, 0, 0, rbx, 0, start]
}

#[cfg(target_arch = "aarch64")]
fn frame(base: Base) -> [usize; 22] {
    let mut frame = [0; 22];
    frame[0] = base as usize; // x19
    frame[11] = start as *const () as usize; // x30
    frame
}

/// Prepares an empty stack, so that the first switch to it calls `base`.
/// Returns its stack pointer.
///
/// # Safety
///
/// `top` is the end of memory that is big enough, writable and in no use, and
/// a multiple of 16.
pub unsafe fn first_frame(top: *mut usize, base: Base) -> *mut usize {
    let frame = frame(base);
    // SAFETY: the memory ends at the top, and is big enough.
    let pointer = unsafe { top.sub(frame.len()) };
    for (offset, word) in frame.into_iter().enumerate() {
        // SAFETY: it lies between the pointer and the top.
        let place = unsafe { pointer.add(offset) };
        // SAFETY: nothing uses this memory.
        unsafe { place.write(word) };
    }
    pointer
}
