/*
 * The front of a bzImage: two sectors that were real-mode code once, and are now where the boot loader reads what the
 * kernel wants (Documentation/arch/x86/boot.rst in Linux's sources).
 */
#define XLF_KERNEL_64 1
#define LOADED_HIGH 1

    .section .setup, "a"
setup:
    .skip 0x1f1
    .byte 1 /* setup sectors behind the first one */
    .org 0x1fe
    .word 0xaa55
    .byte 0xeb, header_end - header /* a jump over the header, which tells how long it is */
header:
    .ascii "HdrS"
    .word 0x020f /* version 2.15 of the boot protocol */
    .org 0x211
    .byte LOADED_HIGH
    .org 0x22c
    .long 0x7fffffff /* an initial file system may lie up to here */
    .long 0x200000   /* alignment */
    .byte 0          /* not relocatable: 1 MiB it is */
    .byte 21
    .word XLF_KERNEL_64 /* 64-bit entry point 0x200 bytes behind the 32-bit one */
    .long 255           /* the longest command line */
    .org 0x258
    .quad 0x100000 /* preferred address */
    .long kernel_bytes
    .org 0x268
header_end:
    .org 1024
