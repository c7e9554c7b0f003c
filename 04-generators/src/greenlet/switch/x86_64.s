// Exchanges the stack that runs for the one whose stack pointer is in a slot.
//
//     rdi   address of the slot
//     rsi   a message
//     rax   the message, as the other side receives it
//
// What the System V ABI wants back as it was is kept in the stack that pauses.
// The other registers belong to the caller, and the compiler has kept what it
// needs of them.

    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    sub rsp, 8
    stmxcsr [rsp]
    fnstcw [rsp + 4]
    mov edx, [rsp]

// The exchange: from here on, the other stack is the one that runs.
    mov rax, [rdi]
    mov [rdi], rsp
    mov rsp, rax

// Writing mxcsr is slow: 40 ns. Only bits 6 to 15 say how to calculate and are
// to be kept. The others say what has happened in some calculation, and differ
// all the time.
    fldcw [rsp + 4]
    xor edx, [rsp]
    test edx, 0xffc0
    jz 2f
    ldmxcsr [rsp]
2:
    add rsp, 8
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    mov rax, rsi

// This is no `ret`. The processor predicts where each `ret` goes, from a stack
// of its own to which calls push. That stack has not been exchanged: it would
// predict the wrong address, for 10 ns, and all later ones would be wrong, too.
    pop rcx
    jmp rcx
