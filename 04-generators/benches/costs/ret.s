// Instead of a jump to an address that was taken from the stack: `ret`.
.macro jmp to
    push \to
    ret
.endm
