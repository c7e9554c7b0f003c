// Exchanges the stack that runs for one that has paused.
//
//     x0   address of the slot: it holds the stack pointer of the one that has
//          paused, and afterwards that of the one that ran
//     x1   a message
//     x0   the message, as the other side receives it
//
// The ABI wants some registers back as they were: these are kept in the stack
// that pauses. All others are the caller's to keep, but for x18, which on some
// systems belongs to the system. It is not touched.

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
.if keep_control_words
    mrs x9, fpcr
    str x9, [sp, 160]
.endif

// The exchange. From here on, the other stack is the one that runs.
    ldr x10, [x0]
    mov x11, sp
    str x11, [x0]
    mov sp, x10

.if keep_control_words
// It is slow to write fpcr, so it is written only if it differs.
    ldr x10, [sp, 160]
    cmp x9, x10
    b.eq 2f
    msr fpcr, x10
2:
.endif
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
