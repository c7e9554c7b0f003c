// Instead of what keeps the control words: nothing.
.macro stmxcsr to:vararg
.endm
.macro fnstcw to:vararg
.endm
.macro fldcw to:vararg
.endm
.macro ldmxcsr to:vararg
.endm
