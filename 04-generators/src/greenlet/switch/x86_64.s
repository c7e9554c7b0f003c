// Exchanges the stack that runs for one that has paused.
//
//     rdi   address of the slot: it holds the stack pointer of the one that has
//           paused, and afterwards that of the one that ran
//     rsi   a message
//     rax   the message, as the other side receives it
//
// The System V ABI wants some registers back as they were: these are kept in
// the stack that pauses. All others are the caller's to keep.

    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    sub rsp, 8
.if keep_control_words
    stmxcsr [rsp]
    fnstcw [rsp + 4]
    mov edx, [rsp]
.endif

// The exchange. From here on, the other stack is the one that runs.
    mov rax, [rdi]
    mov [rdi], rsp
    mov rsp, rax

.if keep_control_words
    fldcw [rsp + 4]
// In mxcsr, bits 6 to 15 say how to calculate: they have to be kept. The others
// say what happened in calculations, and need not be. To write mxcsr may cost
// 40 ns, so it is written only if one of the former differs.
    xor edx, [rsp]
    test edx, 0xffc0
    jz 2f
    ldmxcsr [rsp]
2:
.endif
    add rsp, 8
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    mov rax, rsi

// Not `ret`: the processor predicts where a `ret` goes by a stack of its own,
// to which every call adds. That one is not exchanged, so that it would be
// wrong about this `ret`, and then about those of the callers.
    pop rcx
    jmp rcx
