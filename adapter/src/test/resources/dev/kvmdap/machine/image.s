# An image of two segments, the second with zeros behind it.
        .text
        .globl start
start:  nop
        hlt

        .data
        .ascii "data"

        .bss
        .skip 0x2000
