//! Tells valgrind where stacks are. Elsewhere it does nothing.
//!
//! Valgrind takes a far jump of the stack pointer for a very large frame, and
//! everything below it for unused, unless it knows that another stack is there.

#![expect(unsafe_code, reason = "valgrind is asked in instructions")]

use std::ops::Range;

const REGISTER: usize = 0x1501;
const DEREGISTER: usize = 0x1502;

/// Says that there is a stack at these addresses. Returns its number.
pub fn register(stack: Range<usize>) -> usize {
    ask([REGISTER, stack.start, stack.end, 0, 0, 0])
}

/// Says that the stack with this number is no more.
pub fn deregister(number: usize) {
    ask([DEREGISTER, number, 0, 0, 0, 0]);
}

/// Five instructions which do nothing at all, but mean something to valgrind.
fn ask(request: [usize; 6]) -> usize {
    #[allow(unused_mut, reason = "it is the answer where valgrind is asked")]
    let mut answer = 0;
    // SAFETY: `rdi` is rotated by 128 in all, so it is as before, and `rbx` is
    // exchanged with itself. Valgrind reads the request, and writes the answer.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") request.as_ptr(),
            inlateout("rdx") answer,
            out("rdi") _,
            options(nostack),
        );
    }
    // SAFETY: `x12` is rotated by 128 in all, and `x10` stays as it is.
    // Valgrind reads the request, and writes the answer.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!(
            "ror x12, x12, 3",
            "ror x12, x12, 13",
            "ror x12, x12, 51",
            "ror x12, x12, 61",
            "orr x10, x10, x10",
            in("x4") request.as_ptr(),
            inlateout("x3") answer,
            out("x12") _,
            options(nostack),
        );
    }
    answer
}
