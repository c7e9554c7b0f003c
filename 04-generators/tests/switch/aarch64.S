// Sets and reads the registers of arm64 around a switch.

// `switches`, as the test has written it.
#include SWITCHES

.text
// word probe(word **slot, word message, struct seen *set, struct seen *found,
//            exchange *exchange)
.globl probe
probe:
    sub sp, sp, 208
    stp x19, x20, [sp, 32]
    stp x21, x22, [sp, 48]
    stp x23, x24, [sp, 64]
    stp x25, x26, [sp, 80]
    stp x27, x28, [sp, 96]
    stp x29, x30, [sp, 112]
    stp d8, d9, [sp, 128]
    stp d10, d11, [sp, 144]
    stp d12, d13, [sp, 160]
    stp d14, d15, [sp, 176]
    mrs x9, fpcr
    stp x9, x18, [sp, 192]
    str x3, [sp, 16]

    mov x9, sp
    str x9, [x2, 168]
    ldp x9, x10, [x2, 176]
    stp x9, x10, [sp]
    ldp x19, x20, [x2]
    ldp x21, x22, [x2, 16]
    ldp x23, x24, [x2, 32]
    ldp x25, x26, [x2, 48]
    ldp x27, x28, [x2, 64]
    ldr x29, [x2, 80]
    ldp d8, d9, [x2, 88]
    ldp d10, d11, [x2, 104]
    ldp d12, d13, [x2, 120]
    ldp d14, d15, [x2, 136]
    ldr x18, [x2, 152]
    ldr x9, [x2, 160]
    msr fpcr, x9
// What belongs to the caller must be of no use to a switch.
    mov x3, 0x5555555555555555
    mov x2, x3
    mov x5, x3
    mov x6, x3
    mov x7, x3
    mov x8, x3
    mov x9, x3
    mov x10, x3
    mov x11, x3
    mov x12, x3
    mov x13, x3
    mov x14, x3
    mov x15, x3
    mov x16, x3
    mov x17, x3
    blr x4

    ldr x3, [sp, 16]
    stp x19, x20, [x3]
    stp x21, x22, [x3, 16]
    stp x23, x24, [x3, 32]
    stp x25, x26, [x3, 48]
    stp x27, x28, [x3, 64]
    str x29, [x3, 80]
    stp d8, d9, [x3, 88]
    stp d10, d11, [x3, 104]
    stp d12, d13, [x3, 120]
    stp d14, d15, [x3, 136]
    str x18, [x3, 152]
    mrs x9, fpcr
    str x9, [x3, 160]
    mov x9, sp
    str x9, [x3, 168]
    ldp x9, x10, [sp]
    stp x9, x10, [x3, 176]

    ldp x9, x18, [sp, 192]
    msr fpcr, x9
    ldp x19, x20, [sp, 32]
    ldp x21, x22, [sp, 48]
    ldp x23, x24, [sp, 64]
    ldp x25, x26, [sp, 80]
    ldp x27, x28, [sp, 96]
    ldp x29, x30, [sp, 112]
    ldp d8, d9, [sp, 128]
    ldp d10, d11, [sp, 144]
    ldp d12, d13, [sp, 160]
    ldp d14, d15, [sp, 176]
    add sp, sp, 208
    ret

.globl start
start:
    bl other_side
    brk 1

.section .note.GNU-stack, "", %progbits
