/* Where the second stage comes to: long mode, RDI the map of memory, a stack. */
    .cfi_sections .debug_frame
    .section .text.start, "ax"
    .globl start
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined rip /* nobody called us: a debugger's stack trace ends here */
    call kernel_main
0:  hlt
    jmp 0b
    .cfi_endproc
    .size start, . - start
