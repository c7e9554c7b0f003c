//! The switch: a few instructions which exchange one stack for another.
//!
//! They are in one file for each machine, of which this file makes a function.
//! A program in C makes one of it, too, and looks at every register afterwards:
//! see `tests/switch`.

#![expect(unsafe_code, reason = "one stack is exchanged for another")]

use std::arch::naked_asm;
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("greenlets run on x86-64 and arm64: add a file to `switch`");

/// What a stack begins with. It is called with the first message, and never
/// returns.
pub type Base = unsafe extern "C" fn(*mut ()) -> !;

/// The stack pointer of the side that does not run.
pub struct Slot {
    pointer: Cell<*mut usize>,
    /// Set if the processor's floating-point control words are kept, too.
    keeps_control_words: Cell<bool>,
}

impl Slot {
    /// A slot for an empty stack, which ends at `top`. The first switch to it
    /// calls `base`.
    ///
    /// # Safety
    ///
    /// `top` is a multiple of 16. The memory below it can be written, is big
    /// enough, and nothing else uses it.
    pub unsafe fn new(top: *mut usize, base: Base) -> Slot {
        let mut pointer = top;
        for word in first_frame(base).into_iter().rev() {
            // SAFETY: the memory is big enough.
            pointer = unsafe { pointer.sub(1) };
            // SAFETY: nothing else uses it.
            unsafe { pointer.write(word) };
        }
        Slot {
            pointer: Cell::new(pointer),
            keeps_control_words: Cell::new(false),
        }
    }

    /// Where the stack is in use.
    pub fn pointer(&self) -> *mut usize {
        self.pointer.get()
    }

    pub fn keep_control_words(&self) {
        self.keeps_control_words.set(true);
    }

    /// Pauses the stack that runs, and goes on with the one that has paused,
    /// which receives the message. Returns when something switches back, with
    /// its message.
    ///
    /// # Safety
    ///
    /// The stack in the slot can run: nothing has freed it, and what is on it
    /// has not come to its end. The thread is the one on which it has paused.
    /// Both sides agree about what the message points to.
    #[inline(always)]
    pub unsafe fn switch(&self, message: *mut ()) -> *mut () {
        if self.keeps_control_words.get() {
            // SAFETY: the caller promises it.
            unsafe { enter::<true>(self.pointer.as_ptr(), message) }
        } else {
            // SAFETY: the caller promises it.
            unsafe { enter::<false>(self.pointer.as_ptr(), message) }
        }
    }
}

/// The address of a value, as the message by which the other side takes it.
pub fn message_of<T>(value: &ManuallyDrop<T>) -> *mut () {
    ptr::from_ref(value).cast_mut().cast()
}

/// Jumps to [`exchange`], and is always inlined: a call would leave the
/// processor with one return to predict that never comes.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn enter<const KEEP: bool>(
    slot: *mut *mut usize,
    message: *mut (),
) -> *mut () {
    let reply;
    // SAFETY: when `exchange` comes back, to the label, it has kept what every
    // function keeps. All else is declared as lost here.
    unsafe {
        std::arch::asm!(
            "lea rax, [rip + 3f]",
            "push rax",
            "jmp {exchange}",
            "3:",
            exchange = sym exchange::<KEEP>,
            inlateout("rdi") slot => _,
            inlateout("rsi") message => _,
            lateout("rax") reply,
            clobber_abi("sysv64"),
        );
    }
    reply
}

/// Calls [`exchange`].
#[cfg(target_arch = "aarch64")]
#[inline(always)]
unsafe fn enter<const KEEP: bool>(
    slot: *mut *mut usize,
    message: *mut (),
) -> *mut () {
    // SAFETY: the caller promises it.
    unsafe { exchange::<KEEP>(slot, message) }
}

#[unsafe(naked)]
unsafe extern "C" fn exchange<const KEEP: bool>(
    slot: *mut *mut usize,
    message: *mut (),
) -> *mut () {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(
        ".set keep_control_words, {}",
        include_str!("switch/x86_64.s"),
        const KEEP as usize,
    );
    #[cfg(target_arch = "aarch64")]
    naked_asm!(
        ".set keep_control_words, {}",
        include_str!("switch/aarch64.s"),
        const KEEP as usize,
    );
}

/// The lowest frame of a stack. Backtraces end here: what unwinds is told that
/// nothing is known of the address to which this would return.
#[unsafe(naked)]
unsafe extern "C" fn start() {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(
        ".cfi_startproc",
        ".cfi_undefined rip",
        "mov rdi, rax", // The message.
        "call rbx",     // The base.
        "ud2",
        ".cfi_endproc",
    );
    #[cfg(target_arch = "aarch64")]
    naked_asm!(
        ".cfi_startproc",
        ".cfi_undefined x30",
        "blr x19", // The base; the message is in x0 already.
        "brk 1",
        ".cfi_endproc",
    );
}

/// What `exchange` takes off a stack, from the lowest address upwards, so that
/// it goes on in `start`.
#[cfg(target_arch = "x86_64")]
fn first_frame(base: Base) -> [usize; 8] {
    // Both control words as every program begins with them.
    let control = 0x1f80 | 0x037f << 32;
    let rbx = base as usize;
    [control, 0, 0, 0, 0, rbx, 0, start as *const () as usize]
}

#[cfg(target_arch = "aarch64")]
fn first_frame(base: Base) -> [usize; 22] {
    let mut frame = [0; 22];
    frame[0] = base as usize; // x19
    frame[11] = start as *const () as usize; // x30
    frame
}
