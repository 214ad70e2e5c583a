        .text
        .globl start
        .type start, @function
start:  call callee
        hlt
        .size start, . - start
        .zero 16

        .type callee, @function
callee: nop
inside: ret
        .size callee, . - callee
        .zero 16

label:  nop
        nop

        .data
        .globl counter
        .type counter, @object
counter: .long 7
        .size counter, 4

        .section .debug_story, "", @progbits
        .rept 2000
        .asciz "the same words again and again"
        .endr
