# A Multiboot kernel with more debug information than a small machine has room for.
        .text
        .globl start
        .long 0x1badb002, 0, -0x1badb002
start:  hlt

        .section .debug_large
        .skip 5 << 20
