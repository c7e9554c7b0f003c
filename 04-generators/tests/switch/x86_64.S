// Sets and reads the registers of x86-64 around a switch.

.intel_syntax noprefix

// `switches`, as the test has written it.
#include SWITCHES

.text
// word probe(word **slot, word message, struct seen *set, struct seen *found,
//            exchange *exchange)
.globl probe
probe:
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    sub rsp, 40
    stmxcsr [rsp + 24]
    fnstcw [rsp + 28]
    mov [rsp + 16], rcx

    mov [rdx + 168], rsp
    mov rax, [rdx + 176]
    mov [rsp], rax
    mov rax, [rdx + 184]
    mov [rsp + 8], rax
    mov rbx, [rdx]
    mov rbp, [rdx + 8]
    mov r12, [rdx + 16]
    mov r13, [rdx + 24]
    mov r14, [rdx + 32]
    mov r15, [rdx + 40]
    ldmxcsr [rdx + 48]
    fldcw [rdx + 56]
// What belongs to the caller must be of no use to a switch.
    mov rax, 0x5555555555555555
    mov rcx, rax
    mov rdx, rax
    mov r9, rax
    mov r10, rax
    mov r11, rax
    call r8

    mov rcx, [rsp + 16]
    mov [rcx], rbx
    mov [rcx + 8], rbp
    mov [rcx + 16], r12
    mov [rcx + 24], r13
    mov [rcx + 32], r14
    mov [rcx + 40], r15
    stmxcsr [rcx + 48]
    fnstcw [rcx + 56]
    mov [rcx + 168], rsp
    mov rdx, [rsp]
    mov [rcx + 176], rdx
    mov rdx, [rsp + 8]
    mov [rcx + 184], rdx

    ldmxcsr [rsp + 24]
    fldcw [rsp + 28]
    add rsp, 40
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret

.globl start
start:
    mov rdi, rax
    call other_side
    ud2

.section .note.GNU-stack, "", @progbits
