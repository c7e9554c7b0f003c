// Exchanges the stack that runs for the one whose stack pointer is in a slot.
//
//     x0   address of the slot; the message, as the other side receives it
//     x1   a message
//
// What the ABI wants back as it was is kept in the stack that pauses. x18 is
// the system's on some systems, and is not touched. The other registers belong
// to the caller, and the compiler has kept what it needs of them.

    sub sp, sp, 176
    stp x19, x20, [sp, 0]
    stp x21, x22, [sp, 16]
    stp x23, x24, [sp, 32]
    stp x25, x26, [sp, 48]
    stp x27, x28, [sp, 64]
    stp x29, x30, [sp, 80]
    stp d8, d9, [sp, 96]
    stp d10, d11, [sp, 112]
    stp d12, d13, [sp, 128]
    stp d14, d15, [sp, 144]
    mrs x9, fpcr
    str x9, [sp, 160]

// The exchange: from here on, the other stack is the one that runs.
    ldr x10, [x0]
    mov x11, sp
    str x11, [x0]
    mov sp, x10

// Writing fpcr may be slow: it is written only if it differs.
    ldr x10, [sp, 160]
    cmp x9, x10
    b.eq 2f
    msr fpcr, x10
2:
    ldp x19, x20, [sp, 0]
    ldp x21, x22, [sp, 16]
    ldp x23, x24, [sp, 32]
    ldp x25, x26, [sp, 48]
    ldp x27, x28, [sp, 64]
    ldp x29, x30, [sp, 80]
    ldp d8, d9, [sp, 96]
    ldp d10, d11, [sp, 112]
    ldp d12, d13, [sp, 128]
    ldp d14, d15, [sp, 144]
    add sp, sp, 176
    mov x0, x1
    ret
